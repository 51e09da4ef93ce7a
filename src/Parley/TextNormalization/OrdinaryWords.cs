namespace Parley.TextNormalization;

/// <summary>Words that begin with a digit and count nothing: 一定, 三明治. They tell where a number before them ends.</summary>
internal static class OrdinaryWords
{
    // What follows 一 in them. 个 is not among them: 一点一个百分点 is 1.1 points.
    private const string AfterOne = "定直样起般些下种切旦边面方致共同番律再向生旁刻";

    private static readonly string[] Others = ["三明治", "三文鱼", "三角", "三轮", "四方", "四周", "五花", "五金", "九寨"];

    /// <summary>Whether one of them begins at a place.</summary>
    public static bool BeginAt(SpokenText text, int place)
        => (text[place] == '一' && text[place + 1] != SpokenText.Nothing && AfterOne.Contains(text[place + 1])) || text.HasAny(place, Others);
}
