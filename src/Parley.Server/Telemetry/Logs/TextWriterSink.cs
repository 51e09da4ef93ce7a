using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace Parley.Server.Telemetry.Logs;

/// <summary>Writes lines to a text writer, one at a time.</summary>
internal sealed class TextWriterSink(TextWriter output, ITextFormatter formatter) : ILogEventSink
{
    private readonly Lock _lock = new();

    public void Emit(LogEvent logEvent)
    {
        lock (_lock)
        {
            formatter.Format(logEvent, output);
            output.Flush();
        }
    }
}
