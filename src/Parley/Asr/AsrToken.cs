namespace Parley.Asr;

/// <summary>A recognised unit of the vocabulary.</summary>
/// <param name="Text">As in the vocabulary; <c>@@</c> at its end means that the next token continues the word.</param>
/// <param name="StartMs">Milliseconds from the start of the segment.</param>
/// <param name="EndMs">Milliseconds from the start of the segment.</param>
/// <param name="Probability">Of this token at its place, in [0, 1].</param>
internal readonly record struct AsrToken(string Text, int StartMs, int EndMs, float Probability);

/// <summary>The markers of a vocabulary that stand for no text.</summary>
internal static class SpecialTokens
{
    /// <summary>Class numbers of <c>&lt;blank&gt;</c>, <c>&lt;s&gt;</c> and <c>&lt;/s&gt;</c> are below this.</summary>
    public const int FirstTextId = 3;

    /// <summary>Class number of <c>&lt;/s&gt;</c>.</summary>
    public const int EndId = 2;

    /// <summary>Marks a piece of a word that goes on.</summary>
    public const string Continuation = "@@";

    /// <summary>Whether a token stands for no text.</summary>
    public static bool Contains(string token) => token is "<blank>" or "<s>" or "</s>" or "<unk>" or "<OOV>";
}
