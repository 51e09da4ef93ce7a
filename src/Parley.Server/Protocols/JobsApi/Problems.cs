using System.Reflection;
using Microsoft.AspNetCore.Http;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Forms;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>Every kind of problem. To add one: a member here, a row in docs/problems.md (a test compares them).</summary>
internal static class Problems
{
    public static readonly ProblemKind InvalidRequest = new("invalid_request", StatusCodes.Status400BadRequest, "The request is not valid");
    public static readonly ProblemKind InvalidJson = new("invalid_json", StatusCodes.Status400BadRequest, "The body is not the JSON that was expected");
    public static readonly ProblemKind InvalidOperation = new("invalid_operation", StatusCodes.Status400BadRequest, "The edit cannot be made");
    public static readonly ProblemKind Unauthorized = new("unauthorized", StatusCodes.Status401Unauthorized, "A valid token is needed");
    public static readonly ProblemKind CrossOrigin = new("cross_origin", StatusCodes.Status403Forbidden, "The request comes from a page of another site");
    public static readonly ProblemKind NotFound = new("not_found", StatusCodes.Status404NotFound, "There is nothing at this address");
    public static readonly ProblemKind UnknownJob = new("unknown_job", StatusCodes.Status404NotFound, "No such job");
    public static readonly ProblemKind NoRecording = new("no_recording", StatusCodes.Status404NotFound, "The recording is not there");
    public static readonly ProblemKind MethodNotAllowed = new("method_not_allowed", StatusCodes.Status405MethodNotAllowed, "The method is not answered here");
    public static readonly ProblemKind RequestTimeout = new("request_timeout", StatusCodes.Status408RequestTimeout, "The body came too slowly");
    public static readonly ProblemKind NotCompleted = new("not_completed", StatusCodes.Status409Conflict, "The job has no transcript yet");
    public static readonly ProblemKind NotCancellable = new("not_cancellable", StatusCodes.Status409Conflict, "The job has ended already");
    public static readonly ProblemKind IdempotencyInProgress = new("idempotency_in_progress", StatusCodes.Status409Conflict, "The same request is being taken already");
    public static readonly ProblemKind ResultGone = new("result_gone", StatusCodes.Status410Gone, "The transcript is not there any more");
    public static readonly ProblemKind RevisionConflict = new("revision_conflict", StatusCodes.Status409Conflict, "Somebody else has changed the transcript");
    public static readonly ProblemKind NothingToUndo = new("nothing_to_undo", StatusCodes.Status409Conflict, "There is no edit to undo");
    public static readonly ProblemKind AnalysisGone = new("analysis_gone", StatusCodes.Status410Gone, "What the job was made from is gone");
    public static readonly ProblemKind BodyTooLarge = new("body_too_large", StatusCodes.Status413PayloadTooLarge, "The body is too large");
    public static readonly ProblemKind FileTooLarge = new("file_too_large", StatusCodes.Status413PayloadTooLarge, "The recording is too large");
    public static readonly ProblemKind UnsupportedMediaType = new("unsupported_media_type", StatusCodes.Status415UnsupportedMediaType, "The body is of the wrong type");
    public static readonly ProblemKind UnsupportedFormat = new("unsupported_format", StatusCodes.Status415UnsupportedMediaType, "The recording is of a format that is not taken");
    public static readonly ProblemKind IdempotencyMismatch = new("idempotency_mismatch", StatusCodes.Status422UnprocessableEntity, "Another request had this Idempotency-Key");
    public static readonly ProblemKind NotPlayable = new("not_playable", StatusCodes.Status422UnprocessableEntity, "The recording cannot be played");
    public static readonly ProblemKind QueueFull = new("queue_full", StatusCodes.Status429TooManyRequests, "The queue is full");
    public static readonly ProblemKind UnknownUpload = new("unknown_upload", StatusCodes.Status404NotFound, "No such upload");
    public static readonly ProblemKind UnknownDelivery = new("unknown_delivery", StatusCodes.Status404NotFound, "No such webhook");
    public static readonly ProblemKind OffsetMismatch = new("offset_mismatch", StatusCodes.Status409Conflict, "The upload is elsewhere");
    public static readonly ProblemKind UploadCompleted = new("upload_completed", StatusCodes.Status409Conflict, "The upload has become a job");
    public static readonly ProblemKind TusVersion = new("tus_version", StatusCodes.Status412PreconditionFailed, "This version of tus is not spoken here");
    public static readonly ProblemKind UploadLocked = new("upload_locked", StatusCodes.Status423Locked, "Another request is at this upload");
    public static readonly ProblemKind TooManyUploads = new("too_many_uploads", StatusCodes.Status429TooManyRequests, "Too many uploads are open");
    public static readonly ProblemKind ChecksumMismatch = new("checksum_mismatch", 460, "The bytes do not have the hash that they should");
    public static readonly ProblemKind Internal = new("internal", StatusCodes.Status500InternalServerError, "The server failed");
    public static readonly ProblemKind Unavailable = new("unavailable", StatusCodes.Status503ServiceUnavailable, "The server cannot take this now");
    public static readonly ProblemKind DiskFull = new("disk_full", StatusCodes.Status503ServiceUnavailable, "The server's disk is full");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ProblemKind> All { get; } =
        [.. typeof(Problems).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<ProblemKind>()];

    /// <summary>A field or parameter is wrong.</summary>
    public static ProblemException Invalid(string field, string detail) => new(new Problem(InvalidRequest, detail) { Field = field });

    /// <summary>Something of ours went wrong.</summary>
    public static Problem Failed { get; } = new(Internal, "Try again; the operator finds the reason in the log under the x-request-id of this answer.");

    /// <summary>The problem behind an exception that says no; null for what is nobody's refusal.</summary>
    public static Problem? Of(Exception error) => error switch
    {
        ProblemException refusal => refusal.Problem,
        FormException form => Of(form),
        BadHttpRequestException bad => new Problem(
            bad.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => BodyTooLarge,
                StatusCodes.Status408RequestTimeout => RequestTimeout,
                _ => InvalidRequest,
            },
            $"The request cannot be read: {bad.Message}"),
        _ => null,
    };

    /// <summary>The queue did not take a job; null when it did.</summary>
    public static Problem? Of(SubmitOutcome outcome) => outcome switch
    {
        SubmitOutcome.QueueFull full => new Problem(QueueFull, $"{full.QueueSize} of {full.MaxQueueSize} recordings wait. Try again in {full.RetryAfterSeconds} s.") { RetryAfterSeconds = full.RetryAfterSeconds },
        SubmitOutcome.Refused refused => new Problem(Unavailable, refused.Message) { RetryAfterSeconds = 5 },
        SubmitOutcome.KeyReused => new Problem(IdempotencyMismatch, "Another file, or other options, came under this key within the last 24 hours. Take a new key for a new request."),
        _ => null,
    };

    private static Problem Of(FormException error) => error.Fault switch
    {
        FormFault.NotAForm => new Problem(UnsupportedMediaType, error.Message),
        FormFault.UnsupportedFormat => new Problem(UnsupportedFormat, error.Message) { Field = error.Field },
        FormFault.TooLarge => new Problem(FileTooLarge, error.Message) { Field = error.Field },
        FormFault.DiskFull => new Problem(DiskFull, error.Message) { RetryAfterSeconds = 60 },
        FormFault.Internal => Failed,
        _ => new Problem(InvalidRequest, error.Message) { Field = error.Field },
    };

    /// <summary>The server starts or stops, and nobody can say how an upload stands.</summary>
    public static Problem LockedWhile(string state) => new(UploadLocked, $"The server is {state}, and the upload waits. Ask again in a moment.") { RetryAfterSeconds = 2 };

    /// <summary>The server starts or stops.</summary>
    public static Problem NotThere(string state) => new(Unavailable, $"The server cannot take requests right now: it is {state}. Try again in a moment.") { RetryAfterSeconds = 2 };
}
