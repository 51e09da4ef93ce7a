using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Storage;
using Parley.Transcripts;

namespace Parley.Server.Jobs;

/// <summary>A transcript that was kept.</summary>
/// <param name="Id">Its row.</param>
/// <param name="Transcript">What was said.</param>
/// <param name="CreatedAt">When it was computed.</param>
/// <param name="ProcessingSeconds">Wall seconds of its computation.</param>
internal sealed record KeptResult(long Id, Transcript Transcript, DateTimeOffset CreatedAt, double ProcessingSeconds)
{
    /// <summary>As it is served to one job.</summary>
    public JobResult For(JobSubmission job) => For(job.Id, job.FileName, job.Audio.Md5, job.Options);

    public JobResult For(Guid job, string fileName, string md5, JobOptions options) => new(job, fileName, md5, options, Transcript, CreatedAt, ProcessingSeconds);
}

/// <summary>Looks results up, for those who ask and those who work. What is broken counts as a miss. Safe for concurrent calls.</summary>
internal sealed class ResultCache(ResultStore results, AnalysisStore analyses, Func<ServerOptions> options, TimeProvider clock, ILogger logger) : IDisposable
{
    private readonly ConcurrentDictionary<long, DateTimeOffset> _touched = new();
    private readonly RecentResults _recent = new();
    private volatile SizeBox _size = new(default);
    private long _hits, _misses, _projected;

    public CacheSize Size => _size.Value;

    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Jobs that had to be queued because nothing was kept for them.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    public long Projected => Interlocked.Read(ref _projected);

    public bool IsEnabled => options().Transcription.CacheEnabled;

    /// <summary>The result for an MD5, before the recording is there.</summary>
    public Task<KeptResult?> FindAsync(string md5, JobOptions wish, string model, CancellationToken cancellationToken)
        => FindAsync(Key(md5, null, 0, wish, model), wish, cancellationToken);

    /// <summary>The result for a recording.</summary>
    public Task<KeptResult?> FindAsync(StoredAudio audio, string sha256, JobOptions wish, string model, CancellationToken cancellationToken)
        => FindAsync(Key(audio.Md5, sha256, audio.Length, wish, model), wish, cancellationToken);

    /// <summary>A job has to be computed.</summary>
    public void CountMiss()
    {
        Interlocked.Increment(ref _misses);
        JobMeter.RecordLookup(hit: false);
    }

    /// <summary>The result of a job that is completed; null when its row is broken.</summary>
    public async Task<KeptResult?> ReadAsync(long id, CancellationToken cancellationToken)
        => _recent.Find(id) ?? (results.Find(id) is { } row ? await DecodeAsync(row, cancellationToken) : null);

    public bool IsMd5Shared(string md5, string sha256) => results.IsMd5Shared(md5, sha256);

    /// <summary>What recognition once found in a recording; null when there is nothing, or its file is gone.</summary>
    public async Task<AnalysisRow?> FindAnalysisAsync(WorkKey key, string model, CancellationToken cancellationToken)
    {
        if (!IsEnabled || analyses.Find(key.Sha256, key.Length, key.ModelWith(model)) is not { } row)
            return null;
        FileInfo file = new(analyses.PathOf(row));
        if (file.Exists && file.Length == row.Bytes)
        {
            await analyses.TouchAsync(row.Id, clock.GetUtcNow(), cancellationToken);
            return row;
        }

        logger.BrokenAnalysis("its file is gone or has another length");
        await DropAnalysisAsync(row, cancellationToken);
        return null;
    }

    public async Task DropAnalysisAsync(AnalysisRow row, CancellationToken cancellationToken)
    {
        await analyses.DropAsync(row.Id, cancellationToken);
        File.Delete(analyses.PathOf(row));
    }

    /// <summary>Deletes a file that no row points to any more.</summary>
    public void DeleteAnalysisFile(string name) => File.Delete(Path.Combine(analyses.Folder, name));

    public string PathOf(AnalysisRow row) => analyses.PathOf(row);

    /// <summary>Where an analysis of a recording may be written; null when none is kept.</summary>
    public string? NewAnalysisPath(WorkKey key) => IsEnabled ? analyses.NewPath(key.Sha256) : null;

    /// <summary>Counts what is kept now.</summary>
    public void Measure() => _size = new SizeBox(results.Size());

    /// <summary>Writes down what was read since the last time, drops what is too old or too much, and counts the rest.</summary>
    /// <returns>Results and analyses that were dropped.</returns>
    public async Task<(int Results, int Analyses)> TrimAsync(CancellationToken cancellationToken)
    {
        DatabaseOptions limits = options().Database;
        await FlushAsync(cancellationToken);
        DateTimeOffset oldest = limits.OldestKept(clock.GetUtcNow()) ?? DateTimeOffset.UnixEpoch;
        int dropped = await results.TrimAsync(oldest, limits.MaxCacheCount > 0 ? limits.MaxCacheCount : null, cancellationToken);
        (int byBytes, int byBytesOrAge) = await analyses.TrimAsync(oldest, limits.MaxCacheMb > 0 ? limits.MaxCacheMb * 1024L * 1024 : null, cancellationToken);
        Measure();
        return (dropped + byBytes, byBytesOrAge);
    }

    /// <summary>Writes down what was read since the last time.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        Dictionary<long, DateTimeOffset> touched = [];
        foreach (long id in _touched.Keys)
        {
            if (_touched.TryRemove(id, out DateTimeOffset time))
                touched.Add(id, time);
        }

        if (touched.Count > 0)
            await results.TouchAsync(touched, cancellationToken);
    }

    public void Dispose() => _recent.Dispose();

    private async Task<KeptResult?> FindAsync(ResultKey key, JobOptions wish, CancellationToken cancellationToken)
    {
        if (!IsEnabled || wish.ForceRefresh)
            return null;
        try
        {
            if (results.Find(key) is not { } row || await DecodeAsync(row, cancellationToken) is not { } kept)
                return null;
            _touched[kept.Id] = clock.GetUtcNow();
            Interlocked.Increment(ref _hits);
            JobMeter.RecordLookup(hit: true);
            if (!wish.Diarize && kept.Transcript.Speakers.Count > 0)
                Interlocked.Increment(ref _projected);
            return kept;
        }
        catch (StorageException error)
        {
            logger.LookupFailed(error.Message);
            return null;
        }
    }

    private async Task<KeptResult?> DecodeAsync(ResultRow row, CancellationToken cancellationToken)
    {
        if (_recent.Find(row.Id) is { } recent)
            return recent;
        try
        {
            KeptResult kept = new(row.Id, TranscriptCodec.Decode(row.Transcript), row.CreatedAt, row.ProcessingSeconds);
            _recent.Add(kept, row.Transcript.Length);
            return kept;
        }
        catch (InvalidDataException error)
        {
            Storage.Log.BrokenResult(logger, error, row.Id);
            await results.DropAsync(row.Id, cancellationToken);
            return null;
        }
    }

    private ResultKey Key(string md5, string? sha256, long length, JobOptions wish, string model)
    {
        // Nobody can say what was wished of the words of an imported result: it serves those who wish nothing in particular.
        string recognition = RecognitionKey.Of(wish);
        return new ResultKey(
            md5.ToLowerInvariant(), sha256, length, SpeakerWish.Of(wish), RecognitionKey.ModelWith(model, recognition), recognition.Length == 0 && options().Transcription.CacheCrossEngine);
    }

    // A reference is exchanged in one piece; two numbers are not.
    private sealed record SizeBox(CacheSize Value);
}
