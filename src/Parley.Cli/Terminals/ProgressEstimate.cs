namespace Parley.Cli.Terminals;

/// <summary>How far a recording has come, in a form for people. Safe for concurrent calls.</summary>
/// <param name="elapsed">Tells the time since the work began.</param>
internal sealed class ProgressEstimate(Func<TimeSpan> elapsed)
{
    private readonly Lock _lock = new();
    private TimeSpan _done;
    private TimeSpan? _total;

    /// <summary>Share of the recording that is recognised, in [0, 1]; null while its length is unknown.</summary>
    public double? Share
    {
        get
        {
            lock (_lock)
                return _total is { Ticks: > 0 } total ? Math.Min(1, _done / total) : null;
        }
    }

    /// <summary>Takes note of a report. Recognition takes longest and ends last, so it stands for the whole.</summary>
    public void Report(TranscriptionProgress progress)
    {
        lock (_lock)
        {
            _total = progress.Total ?? _total;
            if (progress.Stage == PipelineStage.Asr && progress.Done > _done)
                _done = progress.Done;
        }
    }

    /// <summary>A line such as <c>42 %, 3:10 of 7:30, about 0:45 left</c>.</summary>
    public override string ToString()
    {
        TimeSpan done;
        TimeSpan? total;
        lock (_lock)
            (done, total) = (_done, _total);
        if (Share is not { } share)
            return $"{Clock(done)} done";
        string left = share > 0 ? $", about {Clock(elapsed() * ((1 - share) / share))} left" : string.Empty;
        return $"{(int)(share * 100)} %, {Clock(done)} of {Clock(total!.Value)}{left}";
    }

    /// <summary>Time as <c>7:30</c> or <c>1:07:30</c>.</summary>
    public static string Clock(TimeSpan time)
        => time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}" : $"{time.Minutes}:{time.Seconds:00}";
}
