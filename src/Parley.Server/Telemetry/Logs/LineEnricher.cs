using Serilog.Core;
using Serilog.Events;

namespace Parley.Server.Telemetry.Logs;

/// <summary>Adds what every line begins with: the room that speaks, and the job that it speaks about.</summary>
internal sealed class LineEnricher : ILogEventEnricher
{
    private const string OurPrefix = "Parley.";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        string source = Text(logEvent, Serilog.Core.Constants.SourceContextPropertyName), job = Text(logEvent, "JobId");
        logEvent.AddPropertyIfAbsent(new LogEventProperty("Room", new ScalarValue(source.StartsWith(OurPrefix, StringComparison.Ordinal) ? source[OurPrefix.Length..] : source)));
        logEvent.AddPropertyIfAbsent(new LogEventProperty("Job", new ScalarValue(job.Length == 0 ? "" : $"[job {job}] ")));
    }

    private static string Text(LogEvent logEvent, string name)
        => logEvent.Properties.TryGetValue(name, out LogEventPropertyValue? value) && value is ScalarValue { Value: { } scalar } ? scalar.ToString() ?? "" : "";
}
