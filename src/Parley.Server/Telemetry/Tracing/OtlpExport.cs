using System.Diagnostics.Metrics;
using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Parley.Server.Hosting;

namespace Parley.Server.Telemetry.Tracing;

/// <summary>Sends traces and metrics to a receiver of OpenTelemetry's protocol (protobuf over HTTP), in the background, until it is disposed.</summary>
internal sealed class OtlpExport : IDisposable
{
    private const string ServiceName = "parley";
    private const string StateMeterName = "Parley.Server.State";
    private const int FlushMilliseconds = 3000;

    private readonly Meter _state;
    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    /// <param name="endpoint">The receiver, such as <c>http://127.0.0.1:4318</c>; each kind of signal has its usual path below it.</param>
    /// <param name="meter">Name of the meter of jobs.</param>
    /// <param name="state">Whose queue is measured.</param>
    public OtlpExport(Uri endpoint, string meter, ServerState state)
    {
        _state = new Meter(StateMeterName);
        _state.CreateObservableGauge("parley.queue.size", () => state.Jobs.Jobs.Figures.Waiting, "{job}", "Jobs that wait");
        _state.CreateObservableGauge("parley.jobs.running", () => state.Jobs.Jobs.Figures.Running, "{job}", "Jobs that run");
        _state.CreateObservableGauge("parley.ready", () => state.IsReady ? 1 : 0, description: "1 when jobs are taken and a worker is there");
        ResourceBuilder resource = ResourceBuilder.CreateEmpty().AddService(
            ServiceName, serviceVersion: typeof(OtlpExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion, serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}");
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(ObservedEngine.SourceName)
            .AddOtlpExporter(options => Configure(options, endpoint, "v1/traces"))
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(meter, StateMeterName)
            .AddOtlpExporter(options => Configure(options, endpoint, "v1/metrics"))
            .Build();
    }

    /// <summary>Sends what has not been sent yet, for a few seconds at most.</summary>
    public void Dispose()
    {
        _traces.ForceFlush(FlushMilliseconds);
        _metrics.ForceFlush(FlushMilliseconds);
        _traces.Dispose();
        _metrics.Dispose();
        _state.Dispose();
    }

    private static void Configure(OtlpExporterOptions options, Uri endpoint, string path)
    {
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/" + path);
        options.TimeoutMilliseconds = FlushMilliseconds;
    }
}
