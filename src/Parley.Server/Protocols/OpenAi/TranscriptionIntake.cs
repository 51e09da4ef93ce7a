using Microsoft.Extensions.Logging;
using Parley.Asr;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Forms;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Workers.Bundles;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>From a form to a job. Safe for concurrent calls.</summary>
internal sealed class TranscriptionIntake(ServerOptions options, RecordingHandover handover, ILogger logger)
{
    private readonly ServedBundles _bundles = new(options.Funasr);

    /// <summary>Hands the file over. When this throws, the file is the form's again, or gone.</summary>
    /// <exception cref="OpenAiException">The job was not taken.</exception>
    public async Task<(Guid Id, JobResult? Result)> SubmitAsync(MultipartForm form, TranscriptionFields fields, JobClient client, CancellationToken cancellationToken)
    {
        if (form.File is not { } file)
            throw new OpenAiException(OpenAiError.Invalid("file", "The field file is missing. Send the recording as a part named file.", "missing_required_parameter"));
        if (file.Length == 0)
            throw new OpenAiException(OpenAiError.Invalid("file", "The file is empty.", "invalid_file"));
        string extension = RecordingName.ExtensionOf(form.FileName, form.ContentType, options.Server);
        Guid id = Guid.NewGuid();
        UploadAnnouncement announcement = new()
        {
            FileName = RecordingName.Display(form.FileName, extension),
            Extension = extension,
            FileSize = file.Length,
            Md5 = file.Md5,
            Options = new JobOptions
            {
                Diarize = fields.Diarize,
                Speakers = fields.Speakers,
                Language = fields.Language,
                Recognition = new RecognitionWish { Hotwords = fields.Hotwords, Itn = fields.Itn ?? options.Transcription.Itn },
                Bundle = fields.Bundle,
                Voices = KnownSpeakers.IdentityOf(fields.KnownSpeakers),
            },
        };
        if (HotwordOffer.Problem(announcement.Options, _bundles) is { } refused)
            throw new OpenAiException(OpenAiError.Invalid("hotwords", refused, "invalid_value"));
        using IDisposable? scope = logger.JobScope(id);
        SubmitOutcome outcome = await handover.SubmitAsync(announcement, file, announcement.ToJob(id, client), fields.KnownSpeakers, cancellationToken);
        logger.UploadSubmitted(file.Length, outcome.GetType().Name);
        if (JobErrors.Of(outcome) is { } refusal)
            throw new OpenAiException(refusal);
        return (id, (outcome as SubmitOutcome.Completed)?.Result);
    }
}
