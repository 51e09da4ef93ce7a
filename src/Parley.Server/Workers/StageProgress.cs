using System.Diagnostics;
using Parley.Transcripts;

namespace Parley.Server.Workers;

/// <summary>Of all that a pipeline tells, what a job's owner wants to know: how far recognition has come, a few times a second at most, and what was said.</summary>
/// <param name="tell">
/// Told with the audio done, its whole length, and sentences that do not change any more, in order and without speakers (null: no more of them);
/// never twice at once, never backwards.
/// </param>
internal sealed class StageProgress(Action<TimeSpan, TimeSpan?, IReadOnlyList<TranscriptSentence>?> tell) : IProgress<TranscriptionProgress>
{
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private TimeSpan _done = TimeSpan.MinValue;
    private long _last;

    public void Report(TranscriptionProgress value)
    {
        bool hasText = value.Settled.Count > 0;
        if (value.Stage != PipelineStage.Asr && !hasText)
            return;
        lock (_lock)
        {
            bool isEnd = value.Done == value.Total;
            if (!hasText && (value.Done <= _done || (!isEnd && _last != 0 && Stopwatch.GetElapsedTime(_last) < MinPause)))
                return;
            _done = value.Done > _done ? value.Done : _done;
            _last = Stopwatch.GetTimestamp();
            tell(_done, value.Total, hasText ? Sentences(value) : null);
        }
    }

    private static IReadOnlyList<TranscriptSentence> Sentences(TranscriptionProgress value)
        => [.. value.Settled.Select(sentence => new TranscriptSentence(sentence.Text, sentence.StartMs, sentence.EndMs, Speaker: null, sentence.Words) { Tags = sentence.Tags })];
}
