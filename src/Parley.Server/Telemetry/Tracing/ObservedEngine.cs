using System.Diagnostics;
using Parley.Inference.Devices;
using Parley.Server.Workers;
using Parley.Transcripts;

namespace Parley.Server.Telemetry.Tracing;

/// <summary>
/// An engine whose jobs can be watched: one activity for each attempt, and below it one for each stage, from the transcript's receipt. The receipt
/// knows how long a stage took and not when, and stages overlap, so all of them begin with the job. Without a listener it costs nothing.
/// </summary>
internal sealed class ObservedEngine(ITranscriptionEngine inner) : ITranscriptionEngine
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "Parley";

    /// <summary>Name of the activity of an attempt.</summary>
    public const string JobActivity = "job";

    private static readonly ActivitySource Source = new(SourceName);

    public int Slots => inner.Slots;

    public bool IsReady => inner.IsReady;

    public IReadOnlyList<WorkerStatus> Workers => inner.Workers;

    public string IdentityOf(string? bundle) => inner.IdentityOf(bundle);

    public bool TakesLanguage(string? bundle) => inner.TakesLanguage(bundle);

    public Task StartAsync(CancellationToken cancellationToken) => inner.StartAsync(cancellationToken);

    public async Task<Transcript> RunAsync(WorkOrder order, IProgress<WorkProgress> progress, CancellationToken cancellationToken)
    {
        using Activity? activity = Source.StartActivity(JobActivity);
        activity?.SetTag("parley.job.id", order.JobId.ToString());
        try
        {
            Transcript transcript = await inner.RunAsync(order, progress, cancellationToken);
            if (activity is not null)
                Describe(activity, transcript);
            return transcript;
        }
        catch (OperationCanceledException)
        {
            activity?.SetStatus(ActivityStatusCode.Error, "cancelled");
            throw;
        }
        catch (Exception error)
        {
            // Its message may name the recording.
            activity?.SetStatus(ActivityStatusCode.Error, error.GetType().Name);
            throw;
        }
    }

    public Task SwitchDevicesAsync(DeviceOptions devices, CancellationToken cancellationToken) => inner.SwitchDevicesAsync(devices, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static void Describe(Activity job, Transcript transcript)
    {
        job.SetTag("parley.audio.seconds", transcript.Duration.TotalSeconds);
        job.SetTag("parley.rtf", transcript.Receipt.Rtf);
        job.SetTag("parley.bundle", transcript.Receipt.Bundle);
        job.SetTag("parley.notices", transcript.Receipt.Notices.Count);
        foreach (StageReceipt receipt in transcript.Receipt.Stages)
        {
            using Activity? stage = Source.StartActivity(receipt.Stage, ActivityKind.Internal, job.Context, startTime: new DateTimeOffset(job.StartTimeUtc, TimeSpan.Zero));
            stage?.SetTag("parley.device", receipt.Device);
            stage?.SetTag("parley.model", receipt.Model);
            stage?.SetEndTime(job.StartTimeUtc + TimeSpan.FromSeconds(receipt.Seconds));
        }
    }
}
