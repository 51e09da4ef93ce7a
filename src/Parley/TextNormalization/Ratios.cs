namespace Parley.TextNormalization;

/// <summary>百分之三点五 to 3.5%, 千分之三 to 3‰, 三分之二 to 2/3. Pure.</summary>
internal static class Ratios
{
    /// <summary>Reads 百分之 or 千分之 and what follows; 百分之三到五 has a second share.</summary>
    /// <returns>Null when there is none at this place, or it is vague: 百分之几, 百分之二三十.</returns>
    public static RuleMatch? ReadShare(SpokenText text, int start)
    {
        char? sign = text.Has(start, "百分之") ? '%' : text.Has(start, "千分之") ? '‰' : null;
        if (sign is null || text.IsFixed(start))
            return null;
        if (sign == '%' && text[start + 3] == '百' && text.NumeralsEnd(start + 3) == start + 4)
            return new RuleMatch(start + 4, new Replacement(start, start + 4, "100%"));
        if (Amount(text, start + 3) is not { } amount)
            return null;

        Replacement share = new(start, amount.End, amount.Text + sign);
        bool isRange = text[amount.End] is '到' or '至';
        return isRange && Amount(text, amount.End + 1) is { } second && !IsCounted(text, second.End)
            ? new RuleMatch(second.End, share, second with { Text = second.Text + sign })
            : new RuleMatch(amount.End, share);
    }

    /// <summary>Reads the fraction that begins with its denominator.</summary>
    /// <returns>Null when none does.</returns>
    public static RuleMatch? ReadFraction(SpokenText text, SpokenNumber denominator)
    {
        bool isFraction = text.Has(denominator.End, "分之")
            && denominator.Kind is NumberKind.Digit or NumberKind.Ten or NumberKind.Cardinal
            && denominator.Value > 1;
        if (!isFraction || NumberReader.Read(text, denominator.End + 2) is not { Kind: not NumberKind.Pair } numerator || Vagueness.IsVague(text, numerator))
            return null;
        return new RuleMatch(numerator.End, new Replacement(denominator.Start, numerator.End, $"{Figures.Plain(text, numerator)}/{Figures.Plain(text, denominator)}"));
    }

    private static Replacement? Amount(SpokenText text, int start)
    {
        bool negative = text[start] == '负';
        int at = negative ? start + 1 : start;
        if (!text.IsNumeral(at) || NumberReader.Read(text, at) is not { Kind: not NumberKind.Pair } number || Vagueness.IsVague(text, number))
            return null;
        Replacement amount = Decimals.Read(text, number) is { } match ? match.Replacements[0] : new Replacement(at, number.End, Figures.Plain(text, number));
        return new Replacement(start, amount.End, (negative ? "-" : "") + amount.Text);
    }

    // 百分之三到五个人: the second number counts something else.
    private static bool IsCounted(SpokenText text, int end)
        => text[end] is '个' or '位' or '名' or '分' or '点' or '月' or '号' or '日' or '年' || text.IsNumeral(end) || Units.IsMeasure(text, end);
}
