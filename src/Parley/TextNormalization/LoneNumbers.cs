namespace Parley.TextNormalization;

/// <summary>Whether a number of one or two digits is meant as one: only when what stands around it asks for figures. Pure.</summary>
internal static class LoneNumbers
{
    private static readonly string[] Joints = ["到", "至", "比", "加", "减", "乘以", "乘", "除以", "等于"];

    // What ends a measure that was cut short: 五块三, 一米八, 三十八度五.
    private const string AfterShort = "毛角的钱吧了啊呢吗多高左以就还也是卖买到至和或";

    /// <summary>Whether one digit, or 十, is a number.</summary>
    /// <param name="text">The text.</param>
    /// <param name="number">The digit.</param>
    /// <param name="written">Where the last figures end; -1 before the first.</param>
    public static bool IsAsked(SpokenText text, SpokenNumber number, int written)
    {
        // 五百一斤: five hundred a pound.
        if (written == number.Start || text.HasFigures(number.Start - 1))
            return false;
        bool isTen = number.Kind == NumberKind.Ten;
        return Units.IsMeasure(text, number.End) && !(text[number.Start] == '两' && text[number.End] == '月')
            || (isTen && Units.IsCountedByTen(text, number.End))
            || IsJoined(text, number, written)
            || IsPartOfDate(text, number, written)
            || IsPartOfPrice(text, number, written)
            || (text[number.End] == '度' && text.HasAnyBefore(number.Start, ["零下"]))
            || (text[number.End] == '又' && text.IsNumeral(number.End + 1) && text.Has(text.NumeralsEnd(number.End + 1), "分之"));
    }

    /// <summary>Whether two digits are a year (九八年), those born in a decade (九零后), or a price reduction (八五折).</summary>
    public static bool IsAskedPair(SpokenText text, SpokenNumber pair, int written)
    {
        long tens = pair.Value / 10, ones = pair.Value % 10;
        return text[pair.End] switch
        {
            '后' => ones == 0,
            '折' => ones == 5 && tens != 5,
            '年' => text[pair.End + 1] switch { '代' => ones == 0, '级' => false, _ => IsYear(text, pair, tens, ones) },
            _ => IsShort(text, pair, written),
        };
    }

    /// <summary>Whether a joint stands between the last figures and a number, and the number counts.</summary>
    public static bool EndsRange(SpokenText text, SpokenNumber number, int written)
    {
        if (written < 0 || OrdinaryWords.BeginAt(text, number.Start))
            return false;
        foreach (string joint in Joints)
        {
            if (written + joint.Length == number.Start && text.Has(written, joint))
                return true;
        }

        return false;
    }

    // 五六年 is five to six years, unless a month follows.
    private static bool IsYear(SpokenText text, SpokenNumber pair, long tens, long ones)
    {
        int month = text.NumeralsEnd(pair.End + 1);
        bool hasMonth = month > pair.End + 1 && text[month] == '月';
        return hasMonth || (ones != tens + 1 && !(tens == 3 && ones == 5));
    }

    private static bool IsJoined(SpokenText text, SpokenNumber number, int written)
        => EndsRange(text, number, written) || BeginsRange(text, number);

    private static bool BeginsRange(SpokenText text, SpokenNumber number)
    {
        foreach (string joint in Joints)
        {
            int start = number.End + joint.Length;
            if (!text.Has(number.End, joint) || !text.IsNumeral(start) || OrdinaryWords.BeginAt(text, start))
                continue;

            // 一到十点就困: as soon as.
            bool isAsSoonAs = text[number.Start] == '一' && text[number.End] == '到' && text[text.NumeralsEnd(start)] is '点' or '月' or '号' or '岁' or '楼';
            return !isAsSoonAs && NumberReader.Read(text, start) is { Kind: not NumberKind.Pair } second && !Vagueness.IsVague(text, second);
        }

        return false;
    }

    private static bool IsPartOfDate(SpokenText text, SpokenNumber number, int written)
        => text[number.End] == '日' && written == number.Start - 1 && text[written] == '月';

    private static bool IsPartOfPrice(SpokenText text, SpokenNumber number, int written)
    {
        if (IsShort(text, number, written))
            return true;
        if (text[number.End] is not ('块' or '米'))
            return false;
        int rest = text.DigitsEnd(number.End + 1);
        return text[number.End + 1] == '半' || (rest > number.End + 1 && rest - number.End < 4 && EndsShort(text, rest));
    }

    // 三 in 五块三 when 五 was written in figures.
    private static bool IsShort(SpokenText text, SpokenNumber number, int written)
        => written >= 0 && written == number.Start - 1 && text[written] is '块' or '米' or '毛' or '度' && EndsShort(text, number.End);

    private static bool EndsShort(SpokenText text, int end)
        => text[end] == SpokenText.Nothing || AfterShort.Contains(text[end]);
}
