using Parley.Server.Storage;

namespace Parley.Server.Jobs;

/// <summary>Jobs as rows, and back.</summary>
internal static class JobRows
{
    public static JobRow Row(JobSubmission submission, string sha256, DateTimeOffset createdAt) => new()
    {
        Id = submission.Id,
        FileName = submission.FileName,
        AudioPath = submission.Audio.Path,
        Md5 = submission.Audio.Md5,
        Sha256 = sha256,
        Length = submission.Audio.Length,
        Format = (int)submission.Options.Format,
        Diarize = submission.Options.Diarize,
        Speakers = SpeakerWish.Of(submission.Options),
        Language = submission.Options.Language,
        Recognition = RecognitionKey.Text(submission.Options.Recognition),
        Bundle = submission.Options.Bundle,
        ForceRefresh = submission.Options.ForceRefresh,
        ClientKey = submission.Client.Key,
        ClientUser = submission.Client.User,
        Priority = submission.Priority,
        KeepRecording = submission.KeepRecording,
        DerivedFrom = submission.DerivedFrom,
        WebhookUrl = submission.WebhookUrl,
        State = RowState.Pending,
        CreatedAt = createdAt,
    };

    public static LiveJob Live(JobRow row) => new(
        row.Sequence,
        new JobSubmission
        {
            Id = row.Id,
            FileName = row.FileName,
            Audio = new StoredAudio(row.AudioPath, row.Md5, row.Length) { Sha256 = row.Sha256 },
            Options = Options(row),
            Client = new JobClient(row.ClientKey, row.ClientUser),
            Priority = row.Priority,
            KeepRecording = row.KeepRecording,
            DerivedFrom = row.DerivedFrom,
            WebhookUrl = row.WebhookUrl,
        },
        row.Sha256,
        row.CreatedAt)
    {
        Retries = row.Retries,
        Lost = row.Lost,
    };

    /// <summary>A job that ends, as it is when its recording has been let go.</summary>
    /// <param name="row">The job.</param>
    /// <param name="result">Figures of its result; null without one.</param>
    /// <param name="deletesRecordings">Whether a recording goes that its job does not keep.</param>
    public static JobStatus Ended(JobRow row, ResultRow? result, bool deletesRecordings) => Status(row) with
    {
        AudioPath = deletesRecordings && !row.KeepRecording ? "" : row.AudioPath,
        Outcome = result is null ? null : new JobOutcome(result.AudioSeconds, result.SpeakerCount, result.ProcessingSeconds),
    };

    public static JobStatus Status(JobRow row) => new()
    {
        Id = row.Id,
        FileName = row.FileName,
        Md5 = row.Md5,
        Options = Options(row),
        Client = new JobClient(row.ClientKey, row.ClientUser),
        State = (JobState)row.State,
        Length = row.Length,
        Progress = row.State == RowState.Completed ? 100 : 0,
        Error = row.Error,
        Fault = (JobFault?)row.Fault,
        CreatedAt = row.CreatedAt,
        StartedAt = row.StartedAt,
        EndedAt = row.EndedAt,
        AudioPath = row.AudioPath,
        KeepRecording = row.KeepRecording,
        DerivedFrom = row.DerivedFrom,
        IsCached = row.IsCached,
        Revision = row.Revision,
    };

    public static JobOptions Options(JobRow row) => new()
    {
        Format = (ResultFormat)row.Format,
        Diarize = row.Diarize,
        Speakers = SpeakerWish.Parse(row.Speakers),
        Voices = SpeakerWish.VoicesOf(row.Speakers),
        Language = row.Language,
        Recognition = RecognitionKey.Parse(row.Recognition),
        Bundle = row.Bundle,
        ForceRefresh = row.ForceRefresh,
    };
}
