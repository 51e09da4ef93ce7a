using System.Buffers;
using System.Text;

namespace Parley.Punctuation;

/// <summary>Cuts text into the model's tokens: a run of ASCII characters is one token, every other character is its own (<c>split_words</c>).</summary>
internal static class PunctuationTokenizer
{
    /// <summary>Adds the tokens of <paramref name="text"/> in order; white space separates and is dropped.</summary>
    public static void Split(string text, List<string> tokens)
    {
        int position = 0;
        while (position < text.Length)
        {
            if (char.IsWhiteSpace(text[position]))
            {
                position++;
                continue;
            }

            int length = TokenLength(text.AsSpan(position));
            tokens.Add(text.Substring(position, length));
            position += length;
        }
    }

    /// <summary>Whether a token is a run of ASCII characters; tokens are never mixed.</summary>
    public static bool IsAscii(string token) => token.Length > 0 && char.IsAscii(token[0]);

    private static int TokenLength(ReadOnlySpan<char> text)
    {
        if (!char.IsAscii(text[0]))
        {
            // A lone half of a surrogate pair is a token of its own.
            return Rune.DecodeFromUtf16(text, out _, out int consumed) == OperationStatus.Done ? consumed : 1;
        }

        int length = 1;
        while (length < text.Length && char.IsAscii(text[length]) && !char.IsWhiteSpace(text[length]))
            length++;
        return length;
    }
}
