namespace Parley.Asr;

/// <summary>Turns hotwords into tokens of a recogniser. Immutable; safe for concurrent calls.</summary>
/// <param name="vocabulary">The recogniser's tokens.</param>
/// <param name="dictionaryPath">The recogniser's <c>seg_dict</c>; null when it has none.</param>
internal sealed class HotwordTokenizer(Vocabulary vocabulary, string? dictionaryPath)
{
    // The characters that FunASR takes one by one; digits, too.
    private const char FirstCharacter = '\u4E00';
    private const char LastCharacter = '\u9FA5';

    private readonly Dictionary<string, int> _ids = vocabulary.Tokens.Index().Skip(SpecialTokens.FirstTextId)
        .Where(token => token.Item is not "<unk>" and not "<OOV>")
        .ToDictionary(token => token.Item, token => token.Index, StringComparer.Ordinal);

    /// <summary>The tokens of each hotword, or why it has none that the network takes.</summary>
    /// <param name="hotwords">Checked.</param>
    public IReadOnlyList<(int[] Ids, HotwordOutcome Outcome)> Encode(IReadOnlyList<string> hotwords)
    {
        HashSet<string> words = [.. hotwords.SelectMany(Words)];
        Dictionary<string, string[]> known = dictionaryPath is null || words.Count == 0 ? [] : SegmentDictionary.Find(dictionaryPath, words);
        return [.. hotwords.Select(hotword => Encode(hotword, known))];
    }

    private (int[] Ids, HotwordOutcome Outcome) Encode(string hotword, Dictionary<string, string[]> known)
    {
        List<int> ids = [];
        foreach (string word in Words(hotword))
        {
            foreach (string piece in Pieces(word, known))
            {
                if (!_ids.TryGetValue(piece, out int id))
                    return ([], new HotwordOutcome(hotword, $"The model has no token for '{piece}'."));
                ids.Add(id);
            }
        }

        return ids.Count <= Hotwords.MaxTokens
            ? ([.. ids], new HotwordOutcome(hotword, Reason: null))
            : ([], new HotwordOutcome(hotword, $"It has {ids.Count} tokens; the model takes {Hotwords.MaxTokens} for a hotword."));
    }

    // A word that is neither in the dictionary nor Chinese may be a token as it is; else its name tells that there is none.
    private static IEnumerable<string> Pieces(string word, Dictionary<string, string[]> known)
        => known.TryGetValue(word, out string[]? pieces) ? pieces
            : word.All(letter => letter is (>= FirstCharacter and <= LastCharacter) or (>= '0' and <= '9')) ? word.Select(letter => letter.ToString())
            : [word];

    private static string[] Words(string hotword) => hotword.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
