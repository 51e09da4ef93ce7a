using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Protocols.OpenAi;

namespace Parley.Server.Protocols.Origins;

/// <summary>
/// Pages of other sites may not change anything here with a visitor's browser, unless <c>server.allowed_origins</c> lists them; those that are listed
/// may also read the answers (CORS). Programs send no <c>Origin</c>, and are not concerned. Holds for both HTTP APIs, and for WebSockets once an origin is listed.
/// </summary>
internal static class CrossOriginRule
{
    // Answers carry these; without being named here they are hidden from scripts of other origins.
    private const string Exposed =
        "Content-Disposition, ETag, Idempotency-Replayed, Location, Parley-Job, Retry-After, Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, Tus-Resumable, "
        + "Tus-Version, Upload-Expires, Upload-Length, Upload-Metadata, Upload-Offset, x-request-id, x-should-retry";

    private const string Methods = "GET, HEAD, POST, PATCH, DELETE";
    private const string PreflightSeconds = "600";

    /// <summary>Looks at every request to the APIs, and at upgrades, before anything else does.</summary>
    /// <param name="application">The application.</param>
    /// <param name="allowed">Origins that are listed, as they are now; exact, such as <c>https://app.example.com</c>.</param>
    public static void UseCrossOriginRule(this IApplicationBuilder application, Func<IReadOnlyList<string>> allowed) => application.Use((http, next) =>
    {
        bool isApi = ApiAnswer.IsOurs(http.Request.Path);
        bool isSocket = !isApi && !OpenAiAnswer.IsOurs(http.Request.Path);
        if (isSocket && (!IsUpgrade(http.Request) || allowed().Count == 0))
            return next(http);
        string origin = http.Request.Headers.Origin.ToString();
        bool isListed = origin.Length > 0 && allowed().Contains(origin, StringComparer.OrdinalIgnoreCase);
        if (isListed)
            Allow(http, origin);
        if (isListed && IsPreflight(http.Request))
        {
            AnswerPreflight(http);
            return Task.CompletedTask;
        }

        bool mayPass = isListed || (!isSocket && IsSafe(http.Request.Method)) || !IsForeign(http.Request, origin);
        return mayPass ? next(http) : RefuseAsync(http, isApi);
    });

    // Clients of funasr_spk_server in browsers come from anywhere; whoever lists origins has named them.
    private static bool IsUpgrade(HttpRequest request) => string.Equals(request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase);

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    /// <summary>Whether a page of somewhere else makes the browser send this.</summary>
    private static bool IsForeign(HttpRequest request, string origin)
        => request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" || (origin.Length > 0 && !IsOwn(request.Host, origin));

    // The scheme does not count: a proxy may end TLS in front of the server.
    private static bool IsOwn(HostString host, string origin)
        => Uri.TryCreate(origin, UriKind.Absolute, out Uri? page)
            && page.Scheme is "http" or "https"
            && string.Equals(page.IdnHost, host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
            && page.Port == (host.Port ?? (page.Scheme is "https" ? 443 : 80));

    private static bool IsPreflight(HttpRequest request) => HttpMethods.IsOptions(request.Method) && request.Headers.ContainsKey(HeaderNames.AccessControlRequestMethod);

    private static void Allow(HttpContext http, string origin)
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowCredentials = "true";
        headers.AccessControlExposeHeaders = Exposed;
        headers.Append(HeaderNames.Vary, HeaderNames.Origin);
    }

    private static void AnswerPreflight(HttpContext http)
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers.AccessControlAllowMethods = Methods;
        // The origin is trusted: it may send what headers it likes.
        headers.AccessControlAllowHeaders = http.Request.Headers.AccessControlRequestHeaders;
        headers.AccessControlMaxAge = PreflightSeconds;
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static Task RefuseAsync(HttpContext http, bool isApi)
    {
        const string why = "This request comes from a page of another origin. Let the server's operator list that origin in server.allowed_origins, or send the request from a program.";
        return isApi
            ? ApiAnswer.ProblemAsync(http, Problems.CrossOrigin.Because(why).Problem)
            : OpenAiAnswer.WriteErrorAsync(http, new OpenAiError(StatusCodes.Status403Forbidden, OpenAiError.InvalidRequest, why, Code: Problems.CrossOrigin.Code) { IsWorthRetrying = false });
    }
}
