namespace Parley.TextNormalization;

/// <summary>The characters that numbers are spoken with.</summary>
internal static class Numerals
{
    // Values are places; 〇 is the zero of years, 幺 the one of telephone numbers.
    private const string Digits = "零一二三四五六七八九";

    /// <summary>Whether a character may stand in a number before its decimal point.</summary>
    public static bool Contains(char character) => Digit(character) >= 0 || character == '两' || Unit(character) > 0;

    /// <summary>Value of a digit as it stands in a series of digits; -1 for everything else, 两 too.</summary>
    public static int Digit(char character) => character switch
    {
        '〇' => 0,
        '幺' => 1,
        _ => Digits.IndexOf(character),
    };

    /// <summary>Value of a digit that counts something: 两 is one of them, 零 and 幺 are not; 0 for everything else.</summary>
    public static int Count(char character) => character switch
    {
        '两' => 2,
        '幺' => 0,
        _ => Math.Max(Digit(character), 0),
    };

    /// <summary>What a unit multiplies by; 0 for everything else.</summary>
    public static long Unit(char character) => character switch
    {
        '十' => 10,
        '百' => 100,
        '千' => 1000,
        '万' => 10_000,
        '亿' => 100_000_000,
        _ => 0,
    };

    /// <summary>Whether a unit is said after the figures, as in 1.2亿.</summary>
    public static bool IsBigUnit(char character) => character is '万' or '亿';
}
