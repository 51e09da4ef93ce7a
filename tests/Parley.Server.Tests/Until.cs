using System.Diagnostics;

namespace Parley.Server.Tests;

/// <summary>Waits for what others bring about, on machines that may be slow.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(condition, static () => "It never came true.");

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(condition, () => $"Never came true: {what}.");

    public static Task TrueAsync(Func<bool> condition, Func<string> otherwise) => TrueAsync(() => Task.FromResult(condition()), otherwise);

    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> otherwise)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new TimeoutException(otherwise());
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}
