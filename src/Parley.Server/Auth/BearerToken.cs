using Microsoft.AspNetCore.Http;

namespace Parley.Server.Auth;

/// <summary>The token that a request shows in its header. Pure.</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>What stands in <c>Authorization: Bearer TOKEN</c>, without blanks around it; null when nothing of that kind does.</summary>
    public static string? Of(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
    }
}
