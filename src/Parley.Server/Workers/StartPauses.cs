namespace Parley.Server.Workers;

/// <summary>Pauses between attempts to start something that fails: 1 s, 2 s, 4 s and so on up to a minute.</summary>
internal static class StartPauses
{
    private const int MaxSeconds = 60;

    /// <summary>The pause after so many failures in a row, at least one.</summary>
    public static TimeSpan After(int failures) => TimeSpan.FromSeconds(Math.Min(MaxSeconds, 1L << Math.Clamp(failures - 1, 0, 10)));
}
