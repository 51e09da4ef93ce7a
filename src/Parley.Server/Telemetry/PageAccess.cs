using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Parley.Server.Telemetry;

/// <summary>Whether a request may see what is not for everybody. Tokens are compared in a time that tells nothing about them.</summary>
internal static class PageAccess
{
    private const string Bearer = "Bearer ";

    /// <summary>The token of a request: <c>?token=</c> wins, else <c>Authorization</c> with or without <c>Bearer</c>; null for none.</summary>
    public static string? TokenOf(HttpRequest request)
    {
        if (request.Query.TryGetValue("token", out var query) && query is [{ } first, ..])
            return first;
        string header = request.Headers.Authorization.ToString();
        return header.Length == 0 ? null : header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : header.Trim();
    }

    /// <summary>Whether a token is the expected one.</summary>
    public static bool IsSame(string? given, string expected)
        => given is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));

    /// <summary>Answers 403; the body says nothing about why.</summary>
    public static Task ForbidAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync("forbidden", context.RequestAborted);
    }
}
