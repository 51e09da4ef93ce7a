using Microsoft.AspNetCore.Http;

namespace Parley.Server.Protocols;

/// <summary>The number of a request: in the answer's <c>x-request-id</c>, and in the log.</summary>
internal static class RequestId
{
    public const string Header = "x-request-id";

    /// <summary>The number; given once, and in the answer from then on.</summary>
    public static string Of(HttpContext http)
    {
        if (http.Response.Headers[Header].ToString() is { Length: > 0 } known)
            return known;
        string id = $"req_{Guid.NewGuid():N}";
        http.Response.Headers[Header] = id;
        return id;
    }
}
