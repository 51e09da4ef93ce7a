namespace Parley.Punctuation;

/// <summary>Marks as small integers, so that the class for unknown, which no word can carry, has a number too; otherwise the numbers of <see cref="PunctuationMark"/>.</summary>
internal static class MarkClasses
{
    public const int Unknown = 0;
    public const int None = (int)PunctuationMark.None;
    public const int Comma = (int)PunctuationMark.Comma;
    public const int Period = (int)PunctuationMark.Period;
    public const int Question = (int)PunctuationMark.Question;
    public const int EnumerationComma = (int)PunctuationMark.EnumerationComma;
    public const int Exclamation = (int)PunctuationMark.Exclamation;

    /// <summary>Whether a mark ends a sentence by itself.</summary>
    public static bool EndsSentence(int mark) => mark is Period or Question;

    /// <summary>Reads a model's <c>punc_list</c>: class number to mark.</summary>
    /// <exception cref="ArgumentException">An entry is no mark that we know.</exception>
    public static int[] Parse(IReadOnlyList<string> markList) => [.. markList.Select(entry => entry switch
    {
        "<unk>" => Unknown,
        "_" => None,
        "，" or "," => Comma,
        "。" or "." => Period,
        "？" or "?" => Question,
        "、" => EnumerationComma,
        _ => throw new ArgumentException($"The mark list holds '{entry}'; expected <unk>, _, ， (or ,), 。 (or .), ？ (or ?), 、.", nameof(markList)),
    })];

    /// <summary>The mark in writing; empty for none.</summary>
    public static string Text(int mark, bool halfWidth) => mark switch
    {
        Unknown => "<unk>",
        Comma => halfWidth ? "," : "，",
        Period => halfWidth ? "." : "。",
        Question => halfWidth ? "?" : "？",
        EnumerationComma => "、",
        Exclamation => halfWidth ? "!" : "！",
        _ => "",
    };

    /// <summary>The mark that a recogniser wrote: a semicolon and a colon end a clause like a comma, an ellipsis a sentence.</summary>
    public static PunctuationMark Written(string mark) => mark switch
    {
        "，" or "," or "；" or ";" or "：" or ":" => PunctuationMark.Comma,
        "。" or "." or "…" => PunctuationMark.Period,
        "？" or "?" => PunctuationMark.Question,
        "！" or "!" => PunctuationMark.Exclamation,
        "、" => PunctuationMark.EnumerationComma,
        _ => PunctuationMark.None,
    };
}
