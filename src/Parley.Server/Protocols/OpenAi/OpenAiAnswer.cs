using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>What all answers of this door have in common.</summary>
internal static class OpenAiAnswer
{
    private const string ShouldRetryHeader = "x-should-retry";

    /// <summary>Whether a path belongs to this door.</summary>
    public static bool IsOurs(PathString path) => path.StartsWithSegments("/v1", StringComparison.Ordinal);

    /// <summary>Answers with an error.</summary>
    public static Task WriteErrorAsync(HttpContext http, OpenAiError error)
    {
        RequestId.Of(http);
        http.Response.StatusCode = error.Status;
        if (error.RetryAfterSeconds is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (!error.IsWorthRetrying)
            http.Response.Headers[ShouldRetryHeader] = "false";
        if (error.Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
        return WriteJsonAsync(http, json => WriteError(json, error));
    }

    /// <summary>Answers with a JSON value.</summary>
    public static async Task WriteJsonAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        RequestId.Of(http);
        http.Response.ContentType = "application/json";
        ReadOnlyMemory<byte> body = JsonBytes.Of(write);
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>Answers with a text.</summary>
    public static Task WriteTextAsync(HttpContext http, string text)
    {
        RequestId.Of(http);
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    /// <summary>The object {"error": {…}}.</summary>
    public static void WriteError(Utf8JsonWriter json, OpenAiError error)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteString("type"u8, error.Type);
        json.WriteString("param"u8, error.Param);
        json.WriteString("code"u8, error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
