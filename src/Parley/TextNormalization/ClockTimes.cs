namespace Parley.TextNormalization;

/// <summary>三点十五分 to 3点15分; the words 点, 分, 半 and 刻 stay. Pure.</summary>
internal static class ClockTimes
{
    private static readonly string[] PartsOfDay =
        ["上午", "下午", "早上", "晚上", "中午", "凌晨", "傍晚", "半夜", "夜里", "清晨", "早晨", "今早", "今晚", "明早", "明晚", "昨晚", "当晚", "午夜", "深夜"];

    private static readonly string[] Days = ["今天", "明天", "昨天", "后天", "前天", "当天", "号", "日"];

    private static readonly string[] AfterHour = ["半", "整", "钟", "一刻", "三刻"];

    // 三点开会; not 一点, which is a bit as well.
    private static readonly string[] AfterLoneHour = ["了", "左右", "开会", "开始", "见面", "上班", "下班", "起床", "出发"];

    /// <summary>Reads the time that begins with an hour.</summary>
    /// <returns>Null when none does: 三点建议 stays, 三点五 is a decimal.</returns>
    public static RuleMatch? Read(SpokenText text, SpokenNumber hour, bool isEndOfRange)
    {
        if (hour.Kind is NumberKind.Pair or NumberKind.Digits || hour.Value > 24 || text[hour.End] != '点')
            return null;
        int after = hour.End + 1;
        Replacement hours = new(hour.Start, hour.End, Figures.Plain(text, hour));
        bool isSaid = IsSaidToBeTime(text, hour);
        if (Minutes(text, after, isSaid) is { } minutes)
            return new RuleMatch(minutes.End, hours, minutes);

        bool isHour = text.HasAny(after, AfterHour)
            || (text.HasAny(after, AfterLoneHour) && text[hour.Start] != '一')
            || (isSaid && !IsDecimal(text, after))
            || (isEndOfRange && !text.IsNumeral(after))
            || BeginsRange(text, after);
        return isHour ? new RuleMatch(after, hours) : null;
    }

    // 三点十五, 三点零五分; after a part of the day 三点五分 and 三点零五 as well, which are decimals elsewhere.
    private static Replacement? Minutes(SpokenText text, int start, bool isSaid)
    {
        if (!text.IsNumeral(start) || NumberReader.Read(text, start) is not { } number || number.Value is < 0 or > 59)
            return null;
        bool isMinute = text[number.End] == '分' && !text.Has(number.End, "分之");
        bool isTime = number.Kind switch
        {
            NumberKind.Cardinal => true,
            NumberKind.Ten => isMinute,
            NumberKind.Pair => text[start] is '零' or '〇' && (isMinute || isSaid),
            NumberKind.Digit => isMinute && isSaid,
            _ => false,
        };
        return isTime ? new Replacement(start, number.End, Figures.Plain(text, number)) : null;
    }

    private static bool IsSaidToBeTime(SpokenText text, SpokenNumber hour)
    {
        // 晚上一点都不冷: not at all.
        bool couldBeABit = hour.Kind == NumberKind.Digit && hour.Value == 1 && text[hour.Start] == '一';
        if (couldBeABit && text[hour.End + 1] is '都' or '也' or '儿' or '点' or '不' or '没' or '小')
            return false;
        return text.HasAnyBefore(hour.Start, PartsOfDay)
            || (!couldBeABit && (text.HasAnyBefore(hour.Start, Days) || (text.IsFixed(hour.Start - 1) && text[hour.Start - 2] is '周' or '期' or '拜')));
    }

    // 下午三点五个人来 is an hour and people; 上午三点五万 is an amount.
    private static bool IsDecimal(SpokenText text, int start)
        => text.DigitsEnd(start) is var end && end > start && (end - start > 1 || text.IsNumeral(end));

    private static bool BeginsRange(SpokenText text, int start)
        => text[start] is '到' or '至' && text.IsNumeral(start + 1) && text[text.NumeralsEnd(start + 1)] == '点';
}
