using Microsoft.Extensions.Caching.Memory;

namespace Parley.Server.Jobs;

/// <summary>Transcripts that were read a moment ago: rows never change, and unpacking one costs more than the rest of an answer. Safe for concurrent calls.</summary>
internal sealed class RecentResults : IDisposable
{
    // As packed in their rows; unpacked they take some ten times as much.
    private const long MostBytes = 8 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly MemoryCache _results = new(new MemoryCacheOptions { SizeLimit = MostBytes });

    public KeptResult? Find(long id) => _results.TryGetValue(id, out KeptResult? kept) ? kept : null;

    /// <summary>Keeps a result for a while.</summary>
    /// <param name="kept">The result.</param>
    /// <param name="bytes">What it takes in its row.</param>
    public void Add(KeptResult kept, int bytes) => _results.Set(kept.Id, kept, new MemoryCacheEntryOptions { Size = bytes, SlidingExpiration = Patience });

    public void Dispose() => _results.Dispose();
}
