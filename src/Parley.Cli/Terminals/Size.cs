namespace Parley.Cli.Terminals;

/// <summary>Bytes as people read them.</summary>
internal static class Size
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB"];

    /// <summary>Such as <c>6.6 MB</c>; units of 1000.</summary>
    public static string Of(long bytes)
    {
        double value = bytes;
        int unit = 0;
        for (; value >= 1000 && unit < Units.Length - 1; unit++)
            value /= 1000;
        return unit == 0 ? $"{bytes} {Units[0]}" : $"{value:F1} {Units[unit]}";
    }
}
