namespace Parley.TextNormalization;

/// <summary>Numbers that nobody counted: 几十万, 三十几. They stay words. Pure.</summary>
internal static class Vagueness
{
    /// <summary>Whether what stands around a number makes it an estimate in words.</summary>
    public static bool IsVague(SpokenText text, SpokenNumber number)
    {
        char before = text[number.Start - 1];
        bool severalTens = text[number.Start] == '十' && (before is '几' or '数');
        return severalTens || text[number.End] == '几' || IsLunar(text, number);
    }

    // 正月十五, 初十, 大年三十, 初一到十五: days of the lunar calendar have names.
    private static bool IsLunar(SpokenText text, SpokenNumber number)
        => text.HasAnyBefore(number.Start, ["正月", "腊月", "大年"]) || (number.IsLone && text[number.Start - 1] == '初')
            || (text[number.Start - 1] is '到' or '至' && text[number.Start - 3] == '初');
}
