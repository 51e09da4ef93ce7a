using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Parley.Server.Telemetry.StatusPage;

/// <summary>The status page and its two files, from inside the program. No secret is in them; the page passes on the token of its own address.</summary>
internal static class StatusFiles
{
    /// <summary>Nothing but the page's own files, and questions to this server.</summary>
    public const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void MapStatusPage(this IEndpointRouteBuilder routes)
    {
        Map("/", "status.html", "text/html; charset=utf-8");
        Map("/status.css", "status.css", "text/css; charset=utf-8");
        Map("/status.js", "status.js", "text/javascript; charset=utf-8");

        void Map(string path, string file, string type)
        {
            byte[] content = Read(file);
            routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], async context =>
            {
                IHeaderDictionary headers = context.Response.Headers;
                headers.ContentSecurityPolicy = Policy;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer"; // the address may hold the token
                headers.CacheControl = "no-cache";
                context.Response.ContentType = type;
                context.Response.ContentLength = content.Length;
                await context.Response.Body.WriteAsync(content, context.RequestAborted);
            });
        }
    }

    private static byte[] Read(string file)
    {
        Assembly assembly = typeof(StatusFiles).Assembly;
        using Stream stream = assembly.GetManifestResourceStream($"{typeof(StatusFiles).Namespace}.{file}")!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
