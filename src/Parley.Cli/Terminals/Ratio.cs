using System.Globalization;

namespace Parley.Cli.Terminals;

/// <summary>Ratios as people read them.</summary>
internal static class Ratio
{
    // Two places would leave nothing of it.
    private const double Small = 0.1;

    /// <summary>Such as <c>12.50</c> or <c>0.0043</c>.</summary>
    public static string Of(double value) => value.ToString(value < Small ? "G2" : "F2", CultureInfo.InvariantCulture);
}
