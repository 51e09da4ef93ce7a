using Microsoft.AspNetCore.Http;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>The cookie that holds a browser's token: scripts cannot read it, and other sites cannot make a browser send it.</summary>
internal static class SessionCookie
{
    public const string Name = "parley_session";

    /// <summary>Browsers drop cookies beyond 4096 bytes, name and attributes included, without a word.</summary>
    public const int MaxToken = 3900;

    /// <summary>The token that a request brings; null for none.</summary>
    public static string? Of(HttpRequest request) => request.Cookies.TryGetValue(Name, out string? token) && token.Length > 0 ? token : null;

    /// <summary>Gives a browser its token. It ends with the browser's session, and counts no longer than the token does.</summary>
    public static void Set(HttpContext http, string token) => http.Response.Cookies.Append(Name, token, Options(http.Request));

    /// <summary>Takes it away.</summary>
    public static void Clear(HttpContext http) => http.Response.Cookies.Delete(Name, Options(http.Request));

    // A proxy that ends TLS says so in the header; a client that says so itself harms nobody but its own cookie.
    private static CookieOptions Options(HttpRequest request) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Path = "/",
        Secure = request.IsHttps || string.Equals(request.Headers["X-Forwarded-Proto"].ToString(), "https", StringComparison.OrdinalIgnoreCase),
        IsEssential = true,
    };
}
