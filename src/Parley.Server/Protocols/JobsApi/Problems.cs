using System.Reflection;
using Microsoft.AspNetCore.Http;

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
    public static readonly ProblemKind NotCompleted = new("not_completed", StatusCodes.Status409Conflict, "The job has no transcript");
    public static readonly ProblemKind RevisionConflict = new("revision_conflict", StatusCodes.Status409Conflict, "Somebody else has changed the transcript");
    public static readonly ProblemKind NothingToUndo = new("nothing_to_undo", StatusCodes.Status409Conflict, "There is no edit to undo");
    public static readonly ProblemKind AnalysisGone = new("analysis_gone", StatusCodes.Status410Gone, "What the job was made from is gone");
    public static readonly ProblemKind BodyTooLarge = new("body_too_large", StatusCodes.Status413PayloadTooLarge, "The body is too large");
    public static readonly ProblemKind UnsupportedMediaType = new("unsupported_media_type", StatusCodes.Status415UnsupportedMediaType, "The body is of the wrong type");
    public static readonly ProblemKind NotPlayable = new("not_playable", StatusCodes.Status422UnprocessableEntity, "The recording cannot be played");
    public static readonly ProblemKind QueueFull = new("queue_full", StatusCodes.Status429TooManyRequests, "The queue is full");
    public static readonly ProblemKind Internal = new("internal", StatusCodes.Status500InternalServerError, "The server failed");
    public static readonly ProblemKind Unavailable = new("unavailable", StatusCodes.Status503ServiceUnavailable, "The server cannot take this now");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ProblemKind> All { get; } =
        [.. typeof(Problems).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<ProblemKind>()];

    /// <summary>A field or parameter is wrong.</summary>
    public static ProblemException Invalid(string field, string detail) => new(new Problem(InvalidRequest, detail) { Field = field });

    /// <summary>Something of ours went wrong.</summary>
    public static Problem Failed { get; } = new(Internal, "Try again; the operator finds the reason in the log under the x-request-id of this answer.");

    /// <summary>The server starts or stops.</summary>
    public static Problem NotThere(string state) => new(Unavailable, $"The server cannot take requests right now: it is {state}. Try again in a moment.") { RetryAfterSeconds = 2 };
}
