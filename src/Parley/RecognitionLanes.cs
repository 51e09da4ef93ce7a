using Parley.Asr;
using Parley.Inference;

namespace Parley;

/// <summary>A stretch of the recording that was recognised.</summary>
/// <param name="Segments">Its segments, in order.</param>
/// <param name="End">Where it ends.</param>
internal sealed record RecognizedStretch(IReadOnlyList<RecognizedSegment> Segments, TimeSpan End);

/// <summary>
/// Runs the recogniser on several batches of one recording at once: runs of one thread each use cores better than one run of several threads.
/// Which batches there are never depends on which run was faster. For one caller at a time.
/// </summary>
internal sealed class RecognitionLanes(
    ISpeechRecognizer recognizer, RecognitionWish wish, BatchOptions options, int lanes, StageClock clock, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly SemaphoreSlim _free = new(lanes);
    private readonly List<Task> _running = [];

    /// <summary>Begins with a stretch; returns when all its batches run, so that no more waits in memory than lanes take.</summary>
    /// <returns>Ends with the stretch, or as its first failure.</returns>
    public async Task<Task<RecognizedStretch>> BeginAsync(IReadOnlyList<SpeechSegment> stretch)
    {
        List<Task<IReadOnlyList<RecognizedSegment>>> batches = [];
        foreach (IReadOnlyList<SpeechSegment> batch in BatchPlanner.Plan(stretch, options).Reverse()) // the longest first, so that lanes end together
        {
            await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
            _running.RemoveAll(static task => task.IsCompletedSuccessfully);
            batches.Add(Task.Run(() => Recognize(batch), CancellationToken.None));
            _running.Add(batches[^1]);
        }

        return JoinAsync(batches, TimeSpan.FromMilliseconds(stretch[^1].Bounds.EndMs));
    }

    /// <summary>Waits for what still runs: the models are not let go before.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _free.Dispose();
    }

    private static async Task<RecognizedStretch> JoinAsync(List<Task<IReadOnlyList<RecognizedSegment>>> batches, TimeSpan end)
    {
        IReadOnlyList<RecognizedSegment>[] results = await Task.WhenAll(batches).ConfigureAwait(false);
        return new RecognizedStretch([.. results.SelectMany(result => result).OrderBy(segment => segment.Index)], end);
    }

    private IReadOnlyList<RecognizedSegment> Recognize(IReadOnlyList<SpeechSegment> batch)
    {
        try
        {
            using StageClock.Lap lap = clock.Run(PipelineStage.Asr);
            return BatchHalving.Run(batch, part => recognizer.Recognize(part, wish, cancellationToken));
        }
        finally
        {
            _free.Release();
        }
    }
}
