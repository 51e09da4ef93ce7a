using System.Text.Json;

namespace Parley.Asr;

/// <summary>Lists of hotwords as people and programs write them. Pure.</summary>
public static class Hotwords
{
    /// <summary>Most hotwords of one recording: with more, official networks look at the best ones only and may drop the row that stands for none.</summary>
    public const int MaxWords = 50;

    /// <summary>Most characters of one hotword.</summary>
    public const int MaxCharacters = 64;

    /// <summary>Most characters of a list.</summary>
    public const int MaxText = 16 * 1024;

    /// <summary>Most tokens of one hotword: the official exports fix it.</summary>
    public const int MaxTokens = 10;

    private static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 2 };

    /// <summary>
    /// Reads a list: words between blanks or commas; or a JSON object whose keys are the words, as clients of FunASR send it (its weights are not used:
    /// the networks know none); or a JSON array of words.
    /// </summary>
    /// <param name="text">The list; null and empty give none.</param>
    /// <returns>The words, trimmed, each once, in order; checked as <see cref="Checked"/> does.</returns>
    /// <exception cref="RecognitionWishException">The list is too long, or no list.</exception>
    public static IReadOnlyList<string> Parse(string? text)
    {
        text = text?.Trim() ?? "";
        if (text.Length > MaxText)
            throw TooLong(text.Length);
        if (text is not ['{' or '[', ..])
            return Checked(text.Split([' ', '\t', '\r', '\n', '\u3000', ',', '，', '、'], StringSplitOptions.RemoveEmptyEntries));
        try
        {
            using JsonDocument json = JsonDocument.Parse(text, Shallow);
            return Parse(json.RootElement);
        }
        catch (JsonException)
        {
            throw NotAList();
        }
    }

    /// <summary>Reads a list from JSON: a string, an array of strings, or an object whose keys are the words; null gives none.</summary>
    /// <exception cref="RecognitionWishException">The list is too long, or no list.</exception>
    public static IReadOnlyList<string> Parse(JsonElement json)
    {
        try
        {
            return json.ValueKind switch
            {
                JsonValueKind.Null or JsonValueKind.Undefined => [],
                JsonValueKind.String => Parse(json.GetString()),
                JsonValueKind.Array => Checked([.. json.EnumerateArray().Take(MaxItems).Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw NotAList())]),
                JsonValueKind.Object => Checked([.. json.EnumerateObject().Take(MaxItems).Select(item => item.Value.ValueKind is JsonValueKind.Number or JsonValueKind.String ? item.Name : throw NotAList())]),
                _ => throw NotAList(),
            };
        }
        catch (InvalidOperationException)
        {
            throw new RecognitionWishException("A hotword holds half a surrogate pair. Send hotwords as well-formed text.");
        }
    }

    /// <summary>Trims words, drops empty ones and those that are there already, and refuses lists that are beyond the limits.</summary>
    /// <exception cref="RecognitionWishException">There are too many words, one is too long, or one holds control characters.</exception>
    public static IReadOnlyList<string> Checked(IEnumerable<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        List<string> kept = [.. words.Select(word => word.Trim()).Where(word => word.Length > 0).Distinct(StringComparer.Ordinal).Take(MaxItems)];
        if (kept.Count > MaxWords)
            throw new RecognitionWishException($"There are {(kept.Count == MaxItems ? "more than " + (MaxItems - 1) : kept.Count)} hotwords; at most {MaxWords} can be used for one recording. Keep those that matter most.");
        if (kept.Find(word => word.Length > MaxCharacters) is { } longWord)
            throw new RecognitionWishException($"The hotword '{longWord[..16]}…' has {longWord.Length} characters; at most {MaxCharacters} are taken. Hotwords are names and terms, not sentences; separate them by blanks.");
        if (kept.FindIndex(word => word.Any(letter => char.IsControl(letter) || letter == '\uFFFD') || !IsWellFormed(word)) is >= 0 and var at)
            throw new RecognitionWishException($"Hotword {at + 1} holds control characters or broken text. Send hotwords as plain text in UTF-8.");
        return kept;
    }

    // So many are looked at: beyond them nothing is said but that there are too many.
    private const int MaxItems = 1001;

    private static bool IsWellFormed(string word)
    {
        for (int i = 0; i < word.Length; i++)
        {
            if (char.IsHighSurrogate(word[i]) && i + 1 < word.Length && char.IsLowSurrogate(word[i + 1]))
                i++;
            else if (char.IsSurrogate(word[i]))
                return false;
        }

        return true;
    }

    private static RecognitionWishException TooLong(int length)
        => new($"The list of hotwords has {length} characters; at most {MaxText} are taken. Keep the {MaxWords} words that matter most.");

    private static RecognitionWishException NotAList()
        => new("Hotwords must be words separated by blanks, a JSON array of words, or a JSON object of words and weights such as {\"word\": 20}.");
}
