using System.Collections.Frozen;

namespace Parley.TextNormalization;

/// <summary>
/// Sayings, names and terms that are written as they are spoken. Only those stand here that the rules would change: a lone digit in a word
/// (三心二意, 一起, 十分), a unit without digit (千万, 万一, 百货) and numbers out of order (一五一十, 九九八十一) stay by themselves.
/// </summary>
internal static class FixedExpressions
{
    private static readonly string[] All =
    [
        // Sayings
        "三十六计", "三十六策", "三百六十行", "七十二行", "七十二变", "十八变", "十八般", "十八罗汉", "五十步", "三十而立", "四十不惑", "四十而不惑",
        "五十而知天命", "三十年河东", "三十年河西", "十年寒窗", "十年树木", "十年磨一剑", "十年如一日", "十年生死", "十年八载", "十月怀胎", "十万火急", "十万八千里",
        "八千里路", "三千宠爱", "三千丈", "三千尺", "三千弟子", "三千烦恼", "八百里加急", "八百里秦川", "二百五十步", "三六九等", "三岁看老", "一亩三分地", "十人十色",
        "年三十", "二十四孝", "一百单八将", "一元复始", "十年一剑", "十日谈", "七七八八", "三月三", "七月流火", "阳春三月", "烟花三月", "七月半",

        // Books, places, bodies, events
        "一千零一夜", "十万个为什么", "四十二章经", "二十二条军规", "二十四史", "十三经", "十三陵", "十三香", "十三太保", "七十二家房客", "五月天", "三元里", "第一百货",
        "五百罗汉", "二万五千里", "两万五千里", "九一八", "一二九", "一二八", "三五九旅", "十八大", "十九大", "二十大", "十一届三中全会", "十一长假", "十一假期",
        "十一黄金周", "十一国庆", "一号文件",

        // Terms
        "二十四节气", "二十八宿", "十二生肖", "十二指肠", "十二平均律", "十四行诗", "十项全能", "十位数", "一元一次", "一元二次", "二元一次", "一元化", "二元论", "二元化",
        "十二分",
    ];

    private static readonly FrozenDictionary<char, string[]> ByFirst = All
        .GroupBy(expression => expression[0])
        .ToFrozenDictionary(group => group.Key, group => group.OrderByDescending(expression => expression.Length).ToArray());

    /// <summary>Marks the characters of a text that belong to one of them, or to the name of a day of the week.</summary>
    /// <returns>One mark for each character of the text; empty when there is none.</returns>
    public static bool[] Find(SpokenText text)
    {
        bool[] marks = [];
        for (int i = 0; i < text.Length; i++)
        {
            int length = LengthAt(text, i);
            if (length == 0)
                continue;
            if (marks.Length == 0)
                marks = new bool[text.Length];
            marks.AsSpan(i, length).Fill(true);
            i += length - 1;
        }

        return marks;
    }

    private static int LengthAt(SpokenText text, int place)
    {
        if (IsWeekday(text, place))
            return 1;
        if (!ByFirst.TryGetValue(text[place], out string[]? candidates))
            return 0;
        foreach (string candidate in candidates)
        {
            if (text.Has(place, candidate) && IsWhole(text, place, place + candidate.Length))
                return candidate.Length;
        }

        return 0;
    }

    // 二十大 in 一百二十大 is none, 三月三 in 三月三号 is none.
    private static bool IsWhole(SpokenText text, int start, int end)
    {
        bool goesOn = Numerals.Contains(text[end - 1]) && (Numerals.Contains(text[end]) || text[end] is '号' or '日' or '点' or '块' or '元' or '路');
        return !goesOn && !(Numerals.Contains(text[start]) && Numerals.Contains(text[start - 1]));
    }

    // 周三, 星期三, 礼拜三; but a week's length in 一周三百公里.
    private static bool IsWeekday(SpokenText text, int place)
    {
        if (text[place] is not ('一' or '二' or '三' or '四' or '五' or '六'))
            return false;
        int name = text[place - 1] == '周' ? place - 1 : text.HasAnyBefore(place, ["星期", "礼拜"]) ? place - 2 : -1;
        return name >= 0 && !Numerals.Contains(text[name - 1]) && text[name - 1] is not ('每' or '几' or '个' or '首');
    }
}
