using Parley.Server.Workers;

namespace Parley.Server.Tests.Workers;

internal static class Wait
{
    /// <summary>Waits for all workers; fails at once with the reason when one cannot start.</summary>
    public static Task UntilReadyAsync(ITranscriptionEngine engine) => Until.TrueAsync(
        () =>
        {
            engine.Workers.Select(worker => worker.Error).OfType<string>().ShouldBeEmpty();
            return engine.Workers.All(worker => worker.State == "idle");
        },
        "all workers are ready");
}
