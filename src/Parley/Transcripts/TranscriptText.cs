using System.Text;
using Parley.Punctuation;

namespace Parley.Transcripts;

/// <summary>The running text of a transcript, without times and labels. It does not depend on who said what: where a sentence was cut between two people, the text is that of the whole sentence.</summary>
public static class TranscriptText
{
    /// <summary>All sentences in one line.</summary>
    public static string Join(IReadOnlyList<TranscriptSentence> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        StringBuilder text = new();
        TranscriptSentence? before = null;
        foreach (TranscriptSentence sentence in sentences)
        {
            text.Append(Between(before, sentence)).Append(sentence.Text);
            before = sentence;
        }

        return text.ToString();
    }

    /// <summary>What stands between two neighbouring sentences: a blank, or nothing.</summary>
    /// <param name="before">Null at the start of the text.</param>
    /// <param name="sentence">The one that follows.</param>
    public static string Between(TranscriptSentence? before, TranscriptSentence sentence)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        if (before is null || before.Text.Length == 0 || sentence.Text.Length == 0)
            return "";
        bool isCut = before.Words.Count > 0 && sentence.Words.Count > 0 && before.Text.EndsWith(before.Words[^1].Text, StringComparison.Ordinal);
        bool needsBlank = isCut
            ? WordSpacing.NeedsBlank(before.Words[^1].Text, sentence.Words[0].Text)
            : TextJoin.NeedsBlank(before.Text[^1], sentence.Text[0]);
        return needsBlank ? " " : "";
    }
}
