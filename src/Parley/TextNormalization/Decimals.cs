using System.Text;

namespace Parley.TextNormalization;

/// <summary>三点一四 to 3.14, 一点二亿 to 1.2亿, 三点零点一 to 3.0.1. Pure.</summary>
internal static class Decimals
{
    // 这一点, 有一点, 早一点: a bit, or a point that was made.
    private const string BeforeABit = "这那有早晚快慢多少大小高低好差远近每哪另首唯重轻长短再更";

    /// <summary>Reads the decimal that begins with a number.</summary>
    /// <returns>Null when none does; times of day are no decimals and were looked for before.</returns>
    public static RuleMatch? Read(SpokenText text, SpokenNumber number)
    {
        StringBuilder figures = new();
        int end = number.End;
        int points = 0;
        while (text[end] == '点' && Fraction(text, end + 1) is { } fractionEnd)
        {
            figures.Append('.').Append(Figures.Digits(text, end + 1, fractionEnd));
            end = fractionEnd;
            points++;
        }

        bool readable = points > 0
            && number.Kind != NumberKind.Pair
            && !(number.Kind == NumberKind.Cardinal && Numerals.IsBigUnit(text[number.End - 1]))
            && IsUnit(text, end)
            && !IsABit(text, number, end)
            && !OrdinaryWords.BeginAt(text, end - 1);
        return readable ? new RuleMatch(end, new Replacement(number.Start, end, Figures.Plain(text, number) + figures)) : null;
    }

    private static int? Fraction(SpokenText text, int start)
        => text.DigitsEnd(start) is var end && end > start ? end : null;

    // Behind the digits comes nothing that belongs to numbers, or a unit that stays: 三点五万.
    private static bool IsUnit(SpokenText text, int end)
    {
        ReadOnlySpan<char> rest = text.Slice(end, text.NumeralsEnd(end));
        return rest.Length == 0 || rest is "千" or "万" or "亿" or "万亿";
    }

    private static bool IsABit(SpokenText text, SpokenNumber number, int end)
    {
        bool couldBe = number.Kind == NumberKind.Digit && number.Value == 1 && text[number.Start - 1] != SpokenText.Nothing && BeforeABit.Contains(text[number.Start - 1]);
        bool isMeasured = end - number.End > 2 || text.IsNumeral(end) || Units.IsMeasure(text, end) || text.HasAny(end, ["倍", "个百分点", "个小时"]);
        return couldBe && !isMeasured;
    }
}
