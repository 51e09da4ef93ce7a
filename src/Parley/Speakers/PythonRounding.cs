namespace Parley.Speakers;

/// <summary>Rounds as Python's <c>round(x, 2)</c>: by the exact binary value, exact halves to the even neighbour.</summary>
internal static class PythonRounding
{
    /// <summary>The double closest to <paramref name="value"/> rounded to hundredths. <c>Math.Round(value, 2)</c> rounds the inexact product and can differ.</summary>
    /// <param name="value">Finite, of a magnitude below 10^13.</param>
    public static double ToHundredths(double value)
    {
        double product = value * 100;
        double error = Math.FusedMultiplyAdd(value, 100, -product); // value * 100 is product + error, exactly
        double floor = Math.Floor(product);
        double beyondHalf = product - floor - 0.5;
        double decisive = beyondHalf != 0 ? beyondHalf : error;
        bool up = decisive > 0 || (decisive == 0 && floor % 2 != 0);
        return (up ? floor + 1 : floor) / 100;
    }
}
