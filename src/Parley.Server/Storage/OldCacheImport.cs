using Parley.Transcripts;

namespace Parley.Server.Storage;

/// <summary>What became of the rows of an old cache.</summary>
/// <param name="Imported">Results that answer from now on.</param>
/// <param name="Skipped">Rows that do not, by reason.</param>
/// <param name="Error">Why reading ended early; null when it did not.</param>
internal sealed record ImportReport(int Imported, IReadOnlyDictionary<string, int> Skipped, string? Error)
{
    public int SkippedCount => Skipped.Values.Sum();

    /// <summary>Such as <c>2 × broken JSON, 1 × no MD5</c>.</summary>
    public string Reasons => Skipped.Count == 0 ? "none" : string.Join(", ", Skipped.OrderByDescending(item => item.Value).Select(item => $"{item.Value} × {item.Key}"));
}

/// <summary>
/// Takes the results of funasr_spk_server over. Of those recordings no more than the MD5 is known, so the MD5 alone answers for them. One result is taken
/// for each recording: the newest of the engine funasr, else the newest of another one that found speakers.
/// </summary>
internal static class OldCacheImport
{
    private const int BatchSize = 100;

    /// <param name="path">The old cache.</param>
    /// <param name="results">Where results go.</param>
    /// <param name="oldest">What is older is not kept anyway; null for no limit.</param>
    /// <param name="now">Time of rows without one.</param>
    /// <param name="cancellationToken">Ends the import between two batches; those that were stored stay.</param>
    /// <exception cref="StorageException">Nothing can be read, or nothing can be stored.</exception>
    public static async Task<ImportReport> RunAsync(string path, ResultStore results, DateTimeOffset? oldest, DateTimeOffset now, CancellationToken cancellationToken)
    {
        HashSet<string> taken = new(StringComparer.Ordinal);
        Dictionary<string, int> skipped = new(StringComparer.Ordinal);
        List<ResultRow> batch = [];
        int imported = 0;
        string? error = null;
        using IEnumerator<OldRow> rows = OldCache.Read(path).GetEnumerator();
        bool isFirst = true;
        while (true)
        {
            try
            {
                if (!rows.MoveNext())
                    break;
            }
            catch (StorageException broken) when (!isFirst)
            {
                error = broken.Message;
                break;
            }

            isFirst = false;
            if (Reason(rows.Current, taken, oldest, now, batch) is { } reason)
                skipped[reason] = skipped.GetValueOrDefault(reason) + 1;
            if (batch.Count == BatchSize)
                imported += await StoreAsync(batch, results, cancellationToken);
        }

        imported += await StoreAsync(batch, results, cancellationToken);
        return new ImportReport(imported, skipped, error);
    }

    private static async Task<int> StoreAsync(List<ResultRow> batch, ResultStore results, CancellationToken cancellationToken)
    {
        int count = batch.Count;
        if (count > 0)
            await results.AddAsync([.. batch], cancellationToken);
        batch.Clear();
        return count;
    }

    /// <summary>Adds the row to the batch, or says why not.</summary>
    private static string? Reason(OldRow row, HashSet<string> taken, DateTimeOffset? oldest, DateTimeOffset now, List<ResultRow> batch)
    {
        if (row.Hash is not { Length: 32 } hash || !hash.All(char.IsAsciiHexDigit))
            return "no MD5";
        if (row.Engine.EndsWith("+nospk", StringComparison.Ordinal))
            return "computed without speakers";
        DateTimeOffset createdAt = row.CreatedAt is { } time && time < now ? time : now;
        if (createdAt < oldest)
            return "older than database.max_cache_days";
        hash = hash.ToLowerInvariant();
        if (taken.Contains(hash))
            return "another result of the same recording was taken";
        try
        {
            Transcript parsed = OldTranscript.Parse(row);
            byte[] transcript = TranscriptCodec.Encode(parsed);
            batch.Add(new ResultRow
            {
                Md5 = hash,
                Model = ResultRow.ImportedModel,
                Transcript = transcript,
                Bytes = transcript.Length,
                ProcessingSeconds = parsed.Receipt.WallSeconds,
                CreatedAt = createdAt,
                AccessedAt = now,
                IsCached = true,
            });
            taken.Add(hash);
            return null;
        }
        catch (InvalidDataException broken)
        {
            return broken.Message;
        }
    }
}
