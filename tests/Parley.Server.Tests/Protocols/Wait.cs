namespace Parley.Server.Tests.Protocols;

/// <summary>Waits for something that other threads bring about.</summary>
internal static class Wait
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public static async Task UntilAsync(Func<bool> isTrue)
    {
        using CancellationTokenSource late = new(Patience);
        while (!isTrue())
            await Task.Delay(Pause, late.Token);
    }
}
