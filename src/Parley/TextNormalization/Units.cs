namespace Parley.TextNormalization;

/// <summary>What stands behind a lone digit that is a number for certain: measures, money, dates. Counting words (个, 次, 天) are not among them.</summary>
internal static class Units
{
    // Longer ones first where one begins another; behind the bar, what makes another word of it.
    private static readonly (string Unit, string NotBefore)[] Measures =
    [
        ("平方公里", ""), ("平方厘米", ""), ("平方米", ""), ("立方米", ""), ("平米", ""), ("公里", ""), ("厘米", ""), ("毫米", ""), ("微米", ""), ("纳米", ""), ("英里", ""),
        ("海里", ""), ("英尺", ""), ("英寸", ""), ("公斤", ""), ("千克", ""), ("毫克", ""), ("微克", ""), ("毫升", ""), ("公升", ""), ("公顷", ""), ("摄氏度", ""),
        ("华氏度", ""), ("小时", "候"), ("分钟", ""), ("秒钟", ""), ("毫秒", ""), ("美元", ""), ("欧元", ""), ("日元", ""), ("韩元", ""), ("港元", ""), ("英镑", ""),
        ("港币", ""), ("块钱", ""), ("毛钱", ""), ("伏特", ""), ("瓦特", ""), ("赫兹", ""), ("兆赫", ""), ("字节", ""), ("米", "饭粥粉线糊兰"), ("克", "服制隆扣"), ("吨", ""),
        ("斤", "斤"), ("升", "级降华温任值学职天起"), ("亩", ""), ("秒", "杀"), ("岁", "月"), ("元", "素旦宵老件论化宝年月"), ("月", "亮光饼球色台票薪经"), ("号", "召称啕码角"),
    ];

    // What ten of is no saying.
    private static readonly string[] CountedByTen =
        ["个", "天", "年", "位", "次", "名", "人", "倍", "块", "条", "只", "张", "件", "本", "台", "辆", "篇", "周", "层", "楼", "页", "行", "题", "项", "多个", "多年", "多天", "多人", "点", "日", "度", "套", "首"];

    /// <summary>Whether a measure stands at a place.</summary>
    public static bool IsMeasure(SpokenText text, int place)
    {
        foreach ((string unit, string notBefore) in Measures)
        {
            if (text.Has(place, unit))
                return text[place + unit.Length] is var next && (next == SpokenText.Nothing || !notBefore.Contains(next));
        }

        return false;
    }

    /// <summary>Whether something stands at a place that ten of are counted in figures.</summary>
    public static bool IsCountedByTen(SpokenText text, int place) => text.HasAny(place, CountedByTen);
}
