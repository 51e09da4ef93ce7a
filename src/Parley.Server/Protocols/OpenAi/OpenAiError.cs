using Microsoft.AspNetCore.Http;

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

    private const int MaxQuoted = 64;

    /// <summary>When to try again; null when that is not known, or of no use.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Whether the same request may succeed later. Official clients repeat some statuses by themselves unless they are told otherwise.</summary>
    public bool IsWorthRetrying { get; init; } = true;

    /// <summary>A field is wrong.</summary>
    public static OpenAiError Invalid(string? param, string message, string? code = null)
        => new(StatusCodes.Status400BadRequest, InvalidRequest, message, param, code);

    public static OpenAiError UnknownModel(string model) => new(
        StatusCodes.Status404NotFound, InvalidRequest, $"The model '{Quote(model)}' does not exist. GET /v1/models lists those that do.", "model", "model_not_found");

    public static OpenAiError TooLarge(int limitMb) => new(
        StatusCodes.Status413PayloadTooLarge, InvalidRequest, $"The file is larger than {limitMb} MB, which is this server's limit (server.max_file_size_mb). Compress or split it.", "file", "file_too_large");

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

    /// <summary>Text of a client, short enough to be quoted.</summary>
    public static string Quote(string text) => text.Length <= MaxQuoted ? text : text[..MaxQuoted] + "…";
}

/// <summary>A request cannot be served; the door answers with the error.</summary>
internal sealed class OpenAiException(OpenAiError error) : Exception(error.Message)
{
    public OpenAiError Error { get; } = error;
}
