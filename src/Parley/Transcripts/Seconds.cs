namespace Parley.Transcripts;

/// <summary>Milliseconds as seconds in floating point, for JSON.</summary>
internal static class Seconds
{
    /// <summary>Seconds rounded to 2 decimals exactly as Python's <c>round(ms / 1000, 2)</c>: by the exact value of the double, ties to even.</summary>
    public static double FromMilliseconds(int milliseconds)
    {
        long hundredths = Math.DivRem((long)milliseconds, 10, out long rest);
        if (rest < 0)
        {
            hundredths--;
            rest += 10;
        }

        // In the middle the double ms / 1000 lies a hair above or below; a fused multiply-add rounds once, so its sign is exact.
        double aside = rest == 5 ? Math.FusedMultiplyAdd(milliseconds / 1000.0, 1000.0, -(double)milliseconds) : rest - 5;
        if (aside > 0 || (aside == 0 && (hundredths & 1) != 0))
            hundredths++;
        return hundredths / 100.0;
    }
}
