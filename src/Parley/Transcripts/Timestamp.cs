namespace Parley.Transcripts;

/// <summary>Times as text; all exact to the millisecond, negative ones are written as zero.</summary>
internal static class Timestamp
{
    /// <summary><c>HH:MM:SS,mmm</c></summary>
    public static string Srt(long milliseconds) => Hours(milliseconds, ',');

    /// <summary><c>HH:MM:SS.mmm</c></summary>
    public static string Vtt(long milliseconds) => Hours(milliseconds, '.');

    /// <summary><c>MM:SS.mmm</c>, from one hour on <c>HH:MM:SS.mmm</c>.</summary>
    public static string Short(long milliseconds)
        => milliseconds >= 3_600_000 ? Hours(milliseconds, '.') : Hours(milliseconds, '.')[3..];

    private static string Hours(long milliseconds, char point)
    {
        long time = Math.Max(0, milliseconds);
        return $"{time / 3_600_000:D2}:{time / 60_000 % 60:D2}:{time / 1000 % 60:D2}{point}{time % 1000:D3}";
    }
}
