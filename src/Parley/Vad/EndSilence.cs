namespace Parley.Vad;

/// <summary>How long silence must last, counted from where the smoothed signal left speech, to end the open segment.</summary>
internal sealed class EndSilence(VadOptions options)
{
    /// <summary>Minutes at which FunASR 1.4 looks up its schedule.</summary>
    private const int ChunkMs = 60_000;

    private readonly SilenceProfile _profile = options.Profile;
    private readonly SilenceStep[] _schedule = [.. options.SilenceSchedule];
    private readonly int _inWindow = options.SpeechToSilenceMs;
    private readonly int _fixedMs = Math.Max(options.MaxEndSilenceMs - options.SpeechToSilenceMs, 0);
    private int _chunkMs = Math.Max(options.SilenceSchedule[0].SilenceMs - options.SpeechToSilenceMs, 0);
    private long _accumulatedMs;
    private bool _carried;
    private bool _segmentInChunk;

    /// <summary>The silence in milliseconds that ends a segment of this length.</summary>
    public int ThresholdMs(int segmentMs) => _profile switch
    {
        SilenceProfile.Fixed => _fixedMs,
        SilenceProfile.PerSegment => Scheduled(segmentMs),
        _ => _chunkMs,
    };

    /// <summary>A segment has ended.</summary>
    public void SegmentEnded() => _segmentInChunk = true;

    /// <summary>A new minute begins (chunk grid only): minutes that begin inside speech add up until one of them ends a segment.</summary>
    /// <param name="inSpeech">Whether a segment is open.</param>
    public void StartChunk(bool inSpeech)
    {
        if (_segmentInChunk)
            (_accumulatedMs, _carried, _segmentInChunk) = (0, false, false);
        if (inSpeech || _carried)
            (_accumulatedMs, _carried) = (_accumulatedMs + ChunkMs, true);
        _chunkMs = Scheduled(_accumulatedMs);
    }

    private int Scheduled(long lengthMs)
    {
        foreach (SilenceStep step in _schedule)
        {
            if (lengthMs <= step.UpToMs)
                return Math.Max(step.SilenceMs - _inWindow, 0);
        }

        return Math.Max(_schedule[^1].SilenceMs - _inWindow, 0);
    }
}
