using System.Text;
using System.Text.Json;
using Parley.Asr;
using Parley.Transcripts;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>Confidences of words as log probabilities of tokens. A token is a word as it stands in the running text: all tokens together are the text.</summary>
internal static class LogProbabilities
{
    // A confidence of zero has no logarithm; this is that of the smallest one that a float can tell from it.
    private const double Least = -100;

    public static double Of(Word word) => word.Confidence > 0 ? Math.Max(Least, Math.Round(Math.Log(word.Confidence), 6)) : Least;

    /// <summary>The mean over words; 0 for none.</summary>
    public static double Mean(IReadOnlyList<Word> words) => words.Count == 0 ? 0 : Math.Round(words.Average(Of), 6);

    /// <summary>Writes the member <c>logprobs</c>.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="before">The sentence before the first; null at the start of the text.</param>
    /// <param name="sentences">Sentences in order.</param>
    public static void Write(Utf8JsonWriter json, TranscriptSentence? before, IEnumerable<TranscriptSentence> sentences)
    {
        json.WriteStartArray("logprobs"u8);
        foreach (TranscriptSentence sentence in sentences)
        {
            foreach ((string token, Word word) in Tokens(before, sentence))
                Write(json, token, word);
            before = sentence;
        }

        json.WriteEndArray();
    }

    /// <summary>A sentence cut before each of its words but the first; blanks go with the word behind them, marks with the word before them.</summary>
    internal static IEnumerable<(string Token, Word Word)> Tokens(TranscriptSentence? before, TranscriptSentence sentence)
    {
        string text = TranscriptText.Between(before, sentence) + sentence.Text;
        int start = 0, end = 0;
        for (int i = 0; i < sentence.Words.Count; i++)
        {
            Word word = sentence.Words[i];
            int found = text.IndexOf(word.Text, end, StringComparison.Ordinal);
            end = i == sentence.Words.Count - 1 ? text.Length : found < 0 ? end : found + word.Text.Length;
            yield return (text[start..end], word);
            start = end;
        }
    }

    private static void Write(Utf8JsonWriter json, string token, Word word)
    {
        json.WriteStartObject();
        json.WriteString("token"u8, token);
        json.WriteStartArray("bytes"u8);
        foreach (byte value in Encoding.UTF8.GetBytes(token))
            json.WriteNumberValue(value);
        json.WriteEndArray();
        json.WriteNumber("logprob"u8, Of(word));
        json.WriteEndObject();
    }
}
