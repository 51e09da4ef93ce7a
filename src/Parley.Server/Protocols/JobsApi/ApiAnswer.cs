using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>What all answers of this API have in common.</summary>
internal static class ApiAnswer
{
    private const string ProblemType = "application/problem+json";

    /// <summary>Whether a path belongs to this API.</summary>
    public static bool IsOurs(PathString path) => path.StartsWithSegments(ApiRoutes.Root, StringComparison.Ordinal);

    /// <summary>The headers of every answer. A handler may replace <c>Cache-Control</c>.</summary>
    /// <returns>The number of the request.</returns>
    public static string Begin(HttpContext http)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        return RequestId.Of(http);
    }

    /// <summary>Answers with a JSON value.</summary>
    public static Task JsonAsync(HttpContext http, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
        => WriteAsync(http, status, "application/json", JsonBytes.Of(write));

    /// <summary>Answers that it is done, and there is nothing to say.</summary>
    public static Task NoContentAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>Answers with a problem.</summary>
    public static Task ProblemAsync(HttpContext http, Problem problem)
    {
        string request = Begin(http);
        if (problem.RetryAfterSeconds is { } seconds)
            http.Response.Headers.RetryAfter = Math.Max(1, seconds).ToString(CultureInfo.InvariantCulture);
        if (problem.Kind.Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
        string path = http.Request.Path;
        return WriteAsync(http, problem.Kind.Status, ProblemType, JsonBytes.Of(json => Write(json, problem, path, request)));
    }

    private static void Write(Utf8JsonWriter json, Problem problem, string path, string request)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, problem.Kind.Type);
        json.WriteString("title"u8, problem.Kind.Title);
        json.WriteNumber("status"u8, problem.Kind.Status);
        json.WriteString("detail"u8, problem.Detail);
        json.WriteString("instance"u8, path);
        json.WriteString("code"u8, problem.Kind.Code);
        if (problem.Field is { } field)
            json.WriteString("field"u8, field);
        json.WriteString("request_id"u8, request);
        json.WriteEndObject();
    }

    private static async Task WriteAsync(HttpContext http, int status, string type, ReadOnlyMemory<byte> body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }
}
