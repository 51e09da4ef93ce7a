using System.Diagnostics;

namespace Parley.Server.Workers;

/// <summary>Of all that a pipeline tells, what a job's owner wants to know: how far recognition has come. A few times a second at most.</summary>
/// <param name="tell">Told with the audio done and its whole length; never twice at once, never backwards.</param>
internal sealed class StageProgress(Action<TimeSpan, TimeSpan?> tell) : IProgress<TranscriptionProgress>
{
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private TimeSpan _done = TimeSpan.MinValue;
    private long _last;

    public void Report(TranscriptionProgress value)
    {
        if (value.Stage != PipelineStage.Asr)
            return;
        lock (_lock)
        {
            bool isEnd = value.Done == value.Total;
            if (value.Done <= _done || (!isEnd && _last != 0 && Stopwatch.GetElapsedTime(_last) < MinPause))
                return;
            _done = value.Done;
            _last = Stopwatch.GetTimestamp();
            tell(value.Done, value.Total);
        }
    }
}
