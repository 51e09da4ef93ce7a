using System.Diagnostics.Metrics;
using Parley.Transcripts;

namespace Parley.Server.Jobs;

/// <summary>Instruments of the meter <c>Parley.Server</c>, recorded once for each attempt, job or look-up. Telemetry listens; without a listener they cost nothing.</summary>
internal static class JobMeter
{
    public const string Name = "Parley.Server";

    private static readonly Meter Meter = new(Name);

    /// <summary>Jobs that ended, by <c>state</c>.</summary>
    private static readonly Counter<long> Ended = Meter.CreateCounter<long>("parley.jobs.ended", "{job}", "Jobs that ended");

    /// <summary>Seconds from acceptance to the start of work.</summary>
    private static readonly Histogram<double> Wait = Meter.CreateHistogram<double>("parley.job.wait", "s", "Time in the queue");

    /// <summary>Wall seconds of a computed transcript, by <c>device</c>.</summary>
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("parley.job.duration", "s", "Time of work");

    /// <summary>Seconds of audio in a computed transcript, by <c>device</c>.</summary>
    private static readonly Histogram<double> Audio = Meter.CreateHistogram<double>("parley.job.audio", "s", "Length of recordings");

    /// <summary>Wall seconds for each second of audio, by <c>device</c>.</summary>
    private static readonly Histogram<double> Rtf = Meter.CreateHistogram<double>("parley.job.rtf", "1", "Real-time factor");

    /// <summary>Seconds spent in a stage, by <c>stage</c> and <c>device</c>.</summary>
    private static readonly Histogram<double> Stage = Meter.CreateHistogram<double>("parley.job.stage.duration", "s", "Time in one stage");

    /// <summary>Look-ups in the cache, by <c>result</c> (hit, miss).</summary>
    private static readonly Counter<long> Lookups = Meter.CreateCounter<long>("parley.cache.lookups", "{lookup}", "Look-ups in the cache");

    public static void RecordEnd(JobState state) => Ended.Add(1, new KeyValuePair<string, object?>("state", state.ToString()));

    public static void RecordWait(TimeSpan wait) => Wait.Record(wait.TotalSeconds);

    public static void RecordLookup(bool hit) => Lookups.Add(1, new KeyValuePair<string, object?>("result", hit ? "hit" : "miss"));

    public static void RecordWork(Transcript transcript, double wallSeconds)
    {
        KeyValuePair<string, object?> device = new("device", DeviceOf(transcript));
        double audioSeconds = transcript.Duration.TotalSeconds;
        Duration.Record(wallSeconds, device);
        Audio.Record(audioSeconds, device);
        if (audioSeconds > 0)
            Rtf.Record(wallSeconds / audioSeconds, device);
        foreach (StageReceipt stage in transcript.Receipt.Stages)
            Stage.Record(stage.Seconds, new KeyValuePair<string, object?>("stage", stage.Stage), new KeyValuePair<string, object?>("device", stage.Device ?? "none"));
    }

    /// <summary>Device that recognised; the first one that is known when no recognition ran.</summary>
    public static string DeviceOf(Transcript transcript)
        => transcript.Receipt.Stages.FirstOrDefault(stage => string.Equals(stage.Stage, "asr", StringComparison.Ordinal))?.Device
            ?? transcript.Receipt.Stages.FirstOrDefault(stage => stage.Device is not null)?.Device
            ?? "none";
}
