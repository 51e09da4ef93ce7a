using System.Diagnostics;
using Parley.Server.Workers;

namespace Parley.Server.Tests.Workers;

/// <summary>Waits for something to become true; a test that waits in vain says for what.</summary>
internal static class Wait
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    /// <summary>Waits for all workers; fails at once with the reason when one cannot start.</summary>
    public static Task UntilReadyAsync(ITranscriptionEngine engine) => UntilAsync(
        () =>
        {
            engine.Workers.Select(worker => worker.Error).OfType<string>().ShouldBeEmpty();
            return engine.Workers.All(worker => worker.State == "idle");
        },
        "workers that are ready");

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Limit)
                throw new TimeoutException($"Waited {Limit.TotalSeconds} s in vain for: {what}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
