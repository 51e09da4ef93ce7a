using Polly;
using Polly.Retry;

namespace Parley.Models.Downloads;

/// <summary>Tries transfers again: after a pause that doubles, as long as bytes come now and then.</summary>
/// <param name="options">Attempts and pauses.</param>
/// <param name="time">The clock of pauses.</param>
/// <param name="note">Told of each retry.</param>
internal sealed class HubRetries(DownloadOptions options, TimeProvider time, Action<string> note)
{
    /// <summary>Runs a transfer until it succeeds or is given up.</summary>
    /// <param name="what">What people call it.</param>
    /// <param name="attempt">One try; throws <see cref="TransferException"/> for what may pass.</param>
    /// <param name="bytesKept">What the tries so far have brought and the next one can build upon.</param>
    /// <param name="cancellationToken">Ends tries and pauses.</param>
    /// <exception cref="TransferException">The last failure, after too many in a row.</exception>
    public async Task<T> RunAsync<T>(string what, Func<CancellationToken, Task<T>> attempt, Func<long> bytesKept, CancellationToken cancellationToken)
    {
        int failures = 0;
        long most = bytesKept();
        RetryStrategyOptions retry = new()
        {
            MaxRetryAttempts = int.MaxValue,
            ShouldHandle = outcome =>
            {
                if (outcome.Outcome.Exception is not TransferException)
                    return ValueTask.FromResult(false);
                // A line that breaks every few minutes still brings a large file, as long as it is not begun anew.
                long there = bytesKept();
                failures = there > most ? 1 : failures + 1;
                most = Math.Max(most, there);
                return ValueTask.FromResult(failures < options.Attempts);
            },
            DelayGenerator = outcome => ValueTask.FromResult<TimeSpan?>(Pause(failures, (outcome.Outcome.Exception as TransferException)?.RetryAfter)),
            OnRetry = outcome =>
            {
                note($"{what}: {outcome.Outcome.Exception!.Message} Trying again.");
                return default;
            },
        };
        ResiliencePipeline pipeline = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(retry).Build();
        return await pipeline.ExecuteAsync(async token => await attempt(token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    private TimeSpan Pause(int failures, TimeSpan? asked)
    {
        TimeSpan doubled = options.Pause * Math.Pow(2, Math.Min(failures - 1, 16));
        TimeSpan pause = asked > doubled ? asked.Value : doubled;
        return pause < options.MaxPause ? pause : options.MaxPause;
    }
}
