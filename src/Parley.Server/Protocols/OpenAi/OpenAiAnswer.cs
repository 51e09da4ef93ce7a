using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>What all answers of this door have in common.</summary>
internal static class OpenAiAnswer
{
    public const string RequestIdHeader = "x-request-id";

    private const string ShouldRetryHeader = "x-should-retry";

    // Chinese stays readable; the answer is never part of a page.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a path belongs to this door.</summary>
    public static bool IsOurs(PathString path) => path.StartsWithSegments("/v1", StringComparison.Ordinal);

    /// <summary>Gives the answer its number, once.</summary>
    public static string Identify(HttpContext http)
    {
        if (http.Response.Headers[RequestIdHeader].ToString() is { Length: > 0 } known)
            return known;
        string id = $"req_{Guid.NewGuid():N}";
        http.Response.Headers[RequestIdHeader] = id;
        return id;
    }

    /// <summary>Answers with an error.</summary>
    public static Task WriteErrorAsync(HttpContext http, OpenAiError error)
    {
        Identify(http);
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
        Identify(http);
        http.Response.ContentType = "application/json";
        ReadOnlyMemory<byte> body = ToJson(write);
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>Answers with a text.</summary>
    public static Task WriteTextAsync(HttpContext http, string text)
    {
        Identify(http);
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    /// <summary>A JSON value as UTF-8.</summary>
    public static ReadOnlyMemory<byte> ToJson(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> body = new();
        using (Utf8JsonWriter json = new(body, Json))
            write(json);
        return body.WrittenMemory;
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
