using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Forms;
using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.JobsApi;

/// <summary><c>POST /jobs</c>: a recording in, a job out. Safe for concurrent calls.</summary>
internal sealed class SubmitEndpoint(ApiContext context) : IApiEndpoints
{
    private const string KeyHeader = "Idempotency-Key";
    private const string ReplayedHeader = "Idempotency-Replayed";
    private const int MaxKey = 255;

    private readonly MultipartFormReader _forms = new(context.Options.Server, context.Files);
    private readonly RecordingHandover _handover = new(context.Jobs, context.Files);
    private readonly ILogger _logger = context.Loggers.CreateLogger<SubmitEndpoint>();
    private readonly ConcurrentDictionary<(string Owner, string Key), bool> _arriving = new();

    public void Map(ApiRoutes routes) => routes.Post("/jobs", SubmitAsync);

    private async Task SubmitAsync(ApiRequest request)
    {
        if (context.Jobs.WouldRefuse(request.Client) is SubmitOutcome.Refused refused)
            throw new ProblemException(Problems.Of(refused)!);
        if (KeyOf(request.Http.Request) is not { } key)
        {
            await TakeAsync(request, key: null);
            return;
        }

        (string, string) arriving = (RequestKey.OwnerOf(request.Client), key);
        if (!_arriving.TryAdd(arriving, value: true))
            throw new ProblemException(new Problem(Problems.IdempotencyInProgress, "Wait until the first request is answered, and repeat it then if its answer was lost.") { RetryAfterSeconds = 1 });
        try
        {
            await TakeAsync(request, key);
        }
        finally
        {
            _arriving.TryRemove(arriving, out _);
        }
    }

    private async Task TakeAsync(ApiRequest request, string? key)
    {
        using MultipartForm form = await _forms.ReadAsync(request.Http);
        if (form.File is not { } file)
            throw Problems.Invalid("file", "The field file is missing. Send the recording as a part named file.");
        if (file.Length == 0)
            throw Problems.Invalid("file", "The file is empty.");
        JobFields fields = JobFields.Read(form, context.Webhooks, context.Options.Transcription, context.Bundles);
        ListenOptions limits = context.Options.Server;
        string extension = RecordingName.ExtensionOf(form.FileName, form.ContentType, limits);
        UploadAnnouncement announcement = new()
        {
            FileName = RecordingName.Display(form.FileName, extension),
            Extension = extension,
            FileSize = file.Length,
            Md5 = file.Md5,
            Options = fields.Options,
            Priority = fields.Priority,
        };
        JobSubmission job = announcement.ToJob(Guid.NewGuid(), request.Client) with
        {
            KeepRecording = fields.KeepRecording,
            WebhookUrl = fields.WebhookUrl,
            RequestKey = key is null ? null : new RequestKey(key, Fingerprint(fields, file, announcement.FileName)),
        };
        using IDisposable? scope = _logger.JobScope(job.Id);

        // From here on nothing hangs on the client's patience.
        SubmitOutcome outcome = await _handover.SubmitAsync(announcement, file, job, [], CancellationToken.None);
        _logger.UploadSubmitted(file.Length, outcome.GetType().Name);
        await AnswerAsync(request, job.Id, outcome);
    }

    private async Task AnswerAsync(ApiRequest request, Guid id, SubmitOutcome outcome)
    {
        if (Problems.Of(outcome) is { } problem)
            throw new ProblemException(problem);
        bool isReplayed = outcome is SubmitOutcome.Duplicate;
        if (outcome is SubmitOutcome.Duplicate { Status.Id: var first })
        {
            id = first;
            request.Http.Response.Headers[ReplayedHeader] = "true";
        }

        JobStatus job = await context.Jobs.FindAsync(id, request.Aborted) ?? throw Problems.UnknownJob.Because("The job was deleted at this moment.");
        request.Http.Response.Headers.Location = $"{ApiRoutes.Root}/jobs/{id:D}";
        await ApiAnswer.JsonAsync(request.Http, json => JobJson.Write(json, job), isReplayed ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    private static string? KeyOf(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(KeyHeader, out var values))
            return null;
        return values is [{ Length: > 0 and <= MaxKey } key] && key.All(letter => letter is >= ' ' and <= '~')
            ? key
            : throw Problems.Invalid(KeyHeader, $"{KeyHeader} must be sent once, with 1 to {MaxKey} characters of ASCII. A UUID will do.");
    }

    private static string Fingerprint(JobFields fields, SpooledPayload file, string fileName)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{fields.Canonical}\n{file.Sha256}\n{fileName}")));
}
