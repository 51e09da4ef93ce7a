namespace Parley.TextNormalization;

/// <summary>How a number is spoken; the shorter it is, the more often it is no number at all.</summary>
internal enum NumberKind
{
    /// <summary>One digit, 两 too: mostly part of an ordinary word.</summary>
    Digit,

    /// <summary>十 alone.</summary>
    Ten,

    /// <summary>Two digits after each other: the year 98, or 五六 for five to six.</summary>
    Pair,

    /// <summary>Three or more digits after each other.</summary>
    Digits,

    /// <summary>Digits with units: 三千五百.</summary>
    Cardinal,
}

/// <summary>A whole number at its place in a text.</summary>
/// <param name="Start">Its first character.</param>
/// <param name="End">Behind its last character.</param>
/// <param name="Kind">How it is spoken.</param>
/// <param name="Value">What it means; for digits after each other without their leading zeros.</param>
internal readonly record struct SpokenNumber(int Start, int End, NumberKind Kind, long Value)
{
    /// <summary>Whether it is too short to be certain that it is a number.</summary>
    public bool IsLone => Kind is NumberKind.Digit or NumberKind.Ten;
}
