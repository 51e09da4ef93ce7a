namespace Parley.Punctuation;

/// <summary>Token to id. Immutable.</summary>
internal sealed class PunctuationVocabulary
{
    private const string UnknownToken = "<unk>";
    private readonly Dictionary<string, int> _ids;
    private readonly bool _caseSensitive;
    private readonly int _unknown;

    /// <param name="tokens">Tokens by id (tokens.json); a token that stands twice keeps its first id.</param>
    /// <param name="caseSensitive">Look tokens up as written. The vocabulary is lower case, so "AI" is then unknown, as in the reference.</param>
    /// <exception cref="ArgumentException">There is no token for unknown words.</exception>
    public PunctuationVocabulary(IReadOnlyList<string> tokens, bool caseSensitive)
    {
        _ids = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Count; id++)
            _ids.TryAdd(tokens[id], id);
        _caseSensitive = caseSensitive;
        _unknown = _ids.TryGetValue(UnknownToken, out int unknown)
            ? unknown
            : throw new ArgumentException($"The token list has no {UnknownToken}.", nameof(tokens));
    }

    /// <summary>The id of a token, or that of the unknown token.</summary>
    public int IdOf(string token) => _ids.GetValueOrDefault(_caseSensitive ? token : token.ToLowerInvariant(), _unknown);
}
