using System.Diagnostics;

namespace Parley.Server.Tests;

/// <summary>Waits for what must come true.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static async Task TrueAsync(Func<bool> condition, Func<string>? otherwise = null)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new TimeoutException(otherwise?.Invoke() ?? "It did not come true.");
            await Task.Delay(Pause);
        }
    }
}
