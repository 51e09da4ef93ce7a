using Parley.Inference;
using Parley.Models;

namespace Parley.Asr;

/// <summary>What a recogniser is given for a list of hotwords.</summary>
/// <param name="Rows">Embeddings.</param>
/// <param name="Outcomes">What became of each word of the list, in its order.</param>
internal sealed record PreparedHotwords(HotwordRows Rows, IReadOnlyList<HotwordOutcome> Outcomes);

/// <summary>Prepares lists of hotwords, each once: the batches of a recording, and recordings with the same list, share it. Safe for concurrent calls.</summary>
internal sealed class HotwordBias
{
    // Lists that are kept: some hundred kilobytes each.
    private const int MaxKept = 16;

    private readonly ModelSession _session;
    private readonly long _size;
    private readonly HotwordTokenizer _tokenizer;
    private readonly PreparedHotwords _none;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PreparedHotwords> _kept = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Checks the network and asks it for the row that stands for no hotword.</summary>
    /// <param name="session">Embeds hotwords (<c>model_eb.onnx</c>); the caller keeps it until this is no longer used.</param>
    /// <param name="size">Values of a row that the recogniser wants; -1 when it takes any.</param>
    /// <param name="tokenizer">Of the recogniser.</param>
    /// <exception cref="ModelFileException">The network is another one.</exception>
    public HotwordBias(ModelSession session, long size, HotwordTokenizer tokenizer)
    {
        (_session, _size, _tokenizer) = (session, size, tokenizer);
        HotwordEmbedding.Check(session, size);
        _none = new PreparedHotwords(HotwordEmbedding.Rows(session, size, [], CancellationToken.None), []);
    }

    /// <summary>Prepares a list, or gives what was prepared for the same list before.</summary>
    /// <exception cref="RecognitionWishException">The list is beyond the limits.</exception>
    public PreparedHotwords For(IReadOnlyList<string> hotwords, CancellationToken cancellationToken)
    {
        if (hotwords.Count == 0)
            return _none;
        IReadOnlyList<string> words = Hotwords.Checked(hotwords);
        string key = string.Join('\n', words);
        lock (_lock)
        {
            if (_kept.TryGetValue(key, out PreparedHotwords? known))
                return known;
        }

        // Two that ask at once both work it out; the results are equal.
        IReadOnlyList<(int[] Ids, HotwordOutcome Outcome)> encoded = _tokenizer.Encode(words);
        HotwordRows rows = HotwordEmbedding.Rows(_session, _size, [.. encoded.Where(word => word.Outcome.Applied).Select(word => word.Ids)], cancellationToken);
        PreparedHotwords prepared = new(rows, [.. encoded.Select(word => word.Outcome)]);
        lock (_lock)
        {
            if (_kept.TryAdd(key, prepared))
                _order.Enqueue(key);
            while (_order.Count > MaxKept)
                _kept.Remove(_order.Dequeue());
        }

        return prepared;
    }
}
