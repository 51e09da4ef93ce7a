using Parley.Inference.Devices;
using Parley.Server.Workers;
using Parley.Transcripts;

namespace Parley.Server.Tests.Hosting;

/// <summary>Stands in for an engine: it is ready when the test says so, and makes the transcript that the test gives.</summary>
internal sealed class StandInEngine : ITranscriptionEngine
{
    public int Slots => 2;

    public bool IsReady { get; set; }

    public IReadOnlyList<WorkerStatus> Workers { get; set; } = [];

    public string IdentityOf(string? bundle) => "stand-in";

    public DeviceOptions? Devices { get; private set; }

    public bool IsDisposed { get; private set; }

    public Func<WorkOrder, Transcript> Work { get; set; } = static _ => throw new InvalidOperationException("The test gives no transcript.");

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<Transcript> RunAsync(WorkOrder order, IProgress<WorkProgress> progress, CancellationToken cancellationToken) => Task.FromResult(Work(order));

    public Task SwitchDevicesAsync(DeviceOptions devices, CancellationToken cancellationToken)
    {
        Devices = devices;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
