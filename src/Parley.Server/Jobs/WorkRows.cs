using Parley.Server.Storage;
using Parley.Transcripts;

namespace Parley.Server.Jobs;

/// <summary>What an attempt leaves behind, as rows.</summary>
internal static class WorkRows
{
    public static ResultRow Result(JobRun run, string model, Transcript transcript, double seconds, DateTimeOffset now, bool isCached, bool isFromAnalysis)
    {
        byte[] bytes = TranscriptCodec.Encode(transcript);
        return new ResultRow
        {
            Md5 = run.Leader.Submission.Audio.Md5.ToLowerInvariant(),
            Sha256 = run.Key.Sha256,
            Length = run.Key.Length,
            Speakers = run.Key.Speakers,
            Model = run.Key.ModelWith(model),
            Transcript = bytes,
            Bytes = bytes.Length,
            ProcessingSeconds = seconds,
            CreatedAt = now,
            AccessedAt = now,
            IsCached = isCached,
            AudioSeconds = transcript.Duration.TotalSeconds,
            SpeakerCount = transcript.Speakers.Count,
            IsFromAnalysis = isFromAnalysis,
        };
    }

    /// <summary>Null when the engine has written none.</summary>
    public static AnalysisRow? Analysis(JobRun run, string model, FileInfo file, DateTimeOffset now) => !file.Exists ? null : new AnalysisRow
    {
        Sha256 = run.Key.Sha256,
        Length = run.Key.Length,
        Model = run.Key.ModelWith(model),
        FileName = file.Name,
        Bytes = file.Length,
        CreatedAt = now,
        AccessedAt = now,
    };
}
