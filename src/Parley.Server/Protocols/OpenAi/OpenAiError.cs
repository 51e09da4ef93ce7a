using Microsoft.AspNetCore.Http;
using Parley.Server.Protocols.Forms;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>An answer that says no, in the words of OpenAI's clients.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Type">What kind: <see cref="InvalidRequest"/>, <see cref="RateLimit"/> or <see cref="ServerError"/>.</param>
/// <param name="Message">For people: what is wrong, what was expected, what to do.</param>
/// <param name="Param">The field that is wrong; null when it is none.</param>
/// <param name="Code">For programs; null where OpenAI has none.</param>
internal sealed record OpenAiError(int Status, string Type, string Message, string? Param = null, string? Code = null)
{
    public const string InvalidRequest = "invalid_request_error";
    public const string RateLimit = "rate_limit_error";
    public const string ServerError = "server_error";

    /// <summary>When to try again; null when that is not known, or of no use.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Whether the same request may succeed later. Official clients repeat some statuses by themselves unless they are told otherwise.</summary>
    public bool IsWorthRetrying { get; init; } = true;

    /// <summary>A field is wrong.</summary>
    public static OpenAiError Invalid(string? param, string message, string? code = null)
        => new(StatusCodes.Status400BadRequest, InvalidRequest, message, param, code);

    public static OpenAiError UnknownModel(string model, IReadOnlyList<string> known) => new(
        StatusCodes.Status404NotFound, InvalidRequest, $"The model '{Quoted.Text(model)}' does not exist. GET /v1/models lists those that do: {string.Join(", ", known)}.", "model", "model_not_found");

    public static OpenAiError DiskFull { get; } = new(
        StatusCodes.Status503ServiceUnavailable, ServerError, "The server's disk is nearly full, and it cannot take the file. Try again later, or tell its operator.", Code: "disk_full")
    {
        RetryAfterSeconds = 60,
    };

    public static OpenAiError Internal { get; } = new(
        StatusCodes.Status500InternalServerError, ServerError, "The server had an error while processing the request. Try again; its operator finds the reason in the log under the x-request-id of this answer.");

    public static OpenAiError Stopping(string message) => new(StatusCodes.Status503ServiceUnavailable, ServerError, message, Code: "server_unavailable")
    {
        RetryAfterSeconds = 5,
    };

    /// <summary>The error behind an exception that says no; null for what is nobody's refusal.</summary>
    public static OpenAiError? Of(Exception error) => error switch
    {
        OpenAiException refusal => refusal.Error,
        FormException form => Of(form),
        BadHttpRequestException bad => new OpenAiError(bad.StatusCode, InvalidRequest, $"The request's body cannot be read: {bad.Message}"),
        _ => null,
    };

    private static OpenAiError Of(FormException error) => error.Fault switch
    {
        FormFault.NotAForm => new OpenAiError(StatusCodes.Status415UnsupportedMediaType, InvalidRequest, error.Message, Code: "unsupported_media_type"),
        FormFault.UnsupportedFormat => Invalid(error.Field, error.Message, "unsupported_format"),
        FormFault.TooLarge => new OpenAiError(StatusCodes.Status413PayloadTooLarge, InvalidRequest, error.Message, error.Field, "file_too_large"),
        FormFault.DiskFull => DiskFull,
        FormFault.Internal => Internal,
        _ => Invalid(error.Field, error.Message, error.IsValue ? "invalid_value" : null),
    };
}

/// <summary>A request cannot be served; the door answers with the error.</summary>
internal sealed class OpenAiException(OpenAiError error) : Exception(error.Message)
{
    public OpenAiError Error { get; } = error;
}
