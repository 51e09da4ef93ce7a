using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Parley.Server.Pages;

/// <summary>The web page: <c>/</c>, its files below <c>/assets/</c>, and the way to the view of the server's state. No secret is in it, hence no token.</summary>
internal static class WebPage
{
    /// <summary>Nothing but the page's own files and this server; recordings that wait to be sent are blobs. No script or style inline.</summary>
    public const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Below it everything is named by its content and never changes.</summary>
    public const string Assets = "/assets/";

    private const string StatusView = "/#/status";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Adds the page.</summary>
    /// <param name="routes">Where to.</param>
    public static void MapPage(this IEndpointRouteBuilder routes)
    {
        foreach (PageFile file in PageFile.ReadAll())
            routes.MapMethods(file.IsMain ? "/" : Assets + file.Name, Methods, context => AnswerAsync(context, file));
        routes.MapMethods("/status", Methods, context =>
        {
            // A token for /metrics stays in the address, where the view finds it.
            context.Response.Redirect("/" + context.Request.QueryString + StatusView[1..]);
            return Task.CompletedTask;
        });
    }

    /// <summary>Whether a path is answered here, in whatever state the server is.</summary>
    public static bool IsOurs(PathString path) => path.Value is "/" or "/status" || (path.Value?.StartsWith(Assets, StringComparison.Ordinal) ?? false);

    private static async Task AnswerAsync(HttpContext context, PageFile file)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.ETag = file.Tag;
        headers.Vary = HeaderNames.AcceptEncoding;
        if (file.IsMain)
            WriteRules(headers);
        else
            headers.CacheControl = "public, max-age=31536000, immutable";
        if (IsKnown(context.Request.GetTypedHeaders(), file))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        (byte[] content, string? encoding) = Choose(context.Request.GetTypedHeaders(), file);
        if (encoding is not null)
            headers.ContentEncoding = encoding;
        context.Response.ContentType = file.Type;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }

    private static void WriteRules(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer"; // the address may hold a token
        headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=(), payment=(), usb=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.XFrameOptions = "DENY";
    }

    private static bool IsKnown(RequestHeaders request, PageFile file)
        => request.IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Tag.Equals(file.Tag, StringComparison.Ordinal));

    private static (byte[] Content, string? Encoding) Choose(RequestHeaders request, PageFile file)
    {
        return Takes("br") ? (file.Brotli, "br") : Takes("gzip") ? (file.Gzip, "gzip") : (file.Plain, null);

        bool Takes(string encoding) => request.AcceptEncoding.Any(one => one.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && one.Quality is not 0);
    }
}
