using Microsoft.Extensions.Logging;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Forms;
using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.JobsApi.Uploads;

/// <summary>
/// Makes jobs of uploads that are complete. Those that the queue could not take, and those that were complete when a process died, are tried again now
/// and then: nobody needs to stay for it. Safe for concurrent calls.
/// </summary>
internal sealed class UploadSubmission
{
    private readonly ApiContext _context;
    private readonly ResumableUploads _uploads;
    private readonly ILogger _logger;
    private int _isRetrying;

    /// <param name="context">Jobs, uploads, files.</param>
    public UploadSubmission(ApiContext context)
    {
        (_context, _uploads) = (context, context.Uploads);
        _logger = context.Loggers.CreateLogger<UploadSubmission>();
        _uploads.Retry = RetryAsync;
    }

    /// <summary>What an upload's metadata ask for. Keys that are no fields of jobs are passed over: clients have keys of their own.</summary>
    /// <param name="metadata">Header <c>Upload-Metadata</c>.</param>
    /// <exception cref="ProblemException">The header is wrong.</exception>
    /// <exception cref="FormException">A field is wrong.</exception>
    public (string Name, string Extension, JobFields Fields) Read(string metadata)
    {
        IReadOnlyDictionary<string, string> values = UploadMetadata.Read(metadata, out string? problem);
        if (problem is not null)
            throw Problems.Invalid(Tus.MetadataHeader, problem);
        using MultipartForm form = new();
        foreach ((string key, string value) in values.Where(pair => JobFields.IsKnown(pair.Key)))
            form.Add(key, value);

        // Clients call these differently.
        string sent = values.GetValueOrDefault("filename") ?? values.GetValueOrDefault("name") ?? "";
        string name = WithoutFolders(sent);
        string extension = RecordingName.ExtensionOf(name, values.GetValueOrDefault("filetype") ?? values.GetValueOrDefault("type"), _context.Options.Server);
        return (RecordingName.Display(name, extension), extension, JobFields.Read(form, _context.Webhooks, _context.Options.Transcription, _context.Bundles));
    }

    /// <summary>Makes the job, in a turn that is kept. Nothing of it hangs on the client's patience.</summary>
    /// <exception cref="ProblemException">The queue does not take it now; the upload stays as it is.</exception>
    public async Task SubmitAsync(ResumableUpload upload)
    {
        using IDisposable? scope = _logger.JobScope(upload.Id);
        SubmitOutcome outcome = await HandOverAsync(upload);
        _logger.UploadSubmitted(upload.Record.Length, outcome.GetType().Name);
        if (Problems.Of(outcome) is { } problem)
            throw new ProblemException(problem);
        _uploads.Remove(upload);
    }

    /// <summary>The same, where a refusal is no news.</summary>
    /// <returns>Whether it is a job now.</returns>
    public async Task<bool> TrySubmitAsync(ResumableUpload upload)
    {
        try
        {
            await SubmitAsync(upload);
            return true;
        }
        catch (Exception refusal) when (Problems.Of(refusal) is not null)
        {
            return false;
        }
    }

    // Names are shown to people.
    private static string WithoutFolders(string fileName)
    {
        string name = fileName[(fileName.LastIndexOfAny(['/', '\\']) + 1)..];
        return string.Concat(name.Select(letter => char.IsControl(letter) ? '_' : letter)).Trim();
    }

    private async Task<SubmitOutcome> HandOverAsync(ResumableUpload upload)
    {
        (string name, string extension, JobFields fields) = Read(upload.Record.Metadata);
        // A queue that starts sweeps the folder of recordings: nothing is moved there for it to refuse.
        JobClient client = new(upload.Record.ClientKey, upload.Record.User);
        if (_context.Jobs.WouldRefuse(client) is SubmitOutcome.Refused refused)
            return refused;
        (string md5, string sha256) = await upload.HashAsync(CancellationToken.None);
        UploadAnnouncement announcement = new()
        {
            FileName = name,
            Extension = extension,
            FileSize = upload.Record.Length,
            Md5 = md5,
            Options = fields.Options,
            Priority = fields.Priority,
        };
        JobSubmission job = announcement.ToJob(upload.Id, client) with
        {
            Audio = new StoredAudio(_context.Files.StoredPath(upload.Id, announcement), md5, upload.Record.Length) { Sha256 = sha256 },
            KeepRecording = fields.KeepRecording,
            WebhookUrl = fields.WebhookUrl,
        };
        bool isTaken = false;
        try
        {
            await _context.Files.StoreAsync(upload.Path, upload.Id, announcement);
            SubmitOutcome outcome = await _context.Jobs.SubmitAsync(job, CancellationToken.None);
            isTaken = outcome is SubmitOutcome.Accepted or SubmitOutcome.Completed or SubmitOutcome.Duplicate;
            if (outcome is SubmitOutcome.Completed && !fields.KeepRecording)
                _context.Files.Delete(job.Audio.Path);
            return outcome;
        }
        finally
        {
            // The audio of a job that is known must stay, whatever failed behind it.
            if (!isTaken && await _context.Jobs.FindAsync(upload.Id, CancellationToken.None) is null)
                UploadFiles.TakeBack(job.Audio, upload.Path);
        }
    }

    private async Task RetryAsync()
    {
        if (Interlocked.Exchange(ref _isRetrying, 1) != 0)
            return; // The round before is still at it.
        try
        {
            foreach (ResumableUpload upload in _uploads.Complete)
            {
                if (upload.TryEnter() is not { } turn)
                    continue;
                using (turn)
                {
                    if (!upload.IsClosed && turn.TryKeep() && !await TrySubmitAsync(upload))
                        return;
                }
            }
        }
        catch (Exception error)
        {
            _logger.SubmissionFailed(error);
        }
        finally
        {
            Volatile.Write(ref _isRetrying, 0);
        }
    }
}
