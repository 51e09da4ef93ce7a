namespace Parley.Transcripts.Cues;

/// <summary>A piece of a sentence that a line break never splits: a word with the marks that cling to it, or one Chinese character.</summary>
/// <param name="text">With the blank that follows it, if any.</param>
/// <param name="startMs">When it begins.</param>
/// <param name="endMs">When it ends.</param>
internal sealed class TextAtom(string text, int startMs, int endMs)
{
    public string Text { get; } = text;

    public int StartMs { get; } = startMs;

    public int EndMs { get; } = endMs;

    /// <summary>Width in columns, without the blank at the end.</summary>
    public int Columns { get; } = DisplayWidth.Of(text.AsSpan().TrimEnd(' '));

    /// <summary>1 when a blank follows, else 0.</summary>
    public int Blank => Text.EndsWith(' ') ? 1 : 0;

    /// <summary>Columns of the full-width mark at its end; 0 without one.</summary>
    public int HangingColumns => Text.AsSpan().TrimEnd(' ') is [.., '，' or '。' or '？' or '！' or '、' or '；' or '：'] ? 2 : 0;

    /// <summary>Whether it ends with a mark: a good place for a break.</summary>
    public bool EndsWithMark => Text.AsSpan().TrimEnd(' ') is [.., char last] && char.IsPunctuation(last);

    /// <summary>Whether it ends a sentence.</summary>
    public bool EndsSentence => Text.AsSpan().TrimEnd(' ') is [.., '。' or '？' or '！' or '.' or '?' or '!'];
}
