using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Server.Configuration;

namespace Parley.Server.Telemetry.Metrics;

/// <summary><c>/metrics</c>. Open without a token only where the server does not listen on all addresses.</summary>
internal static class MetricsPage
{
    public static void MapMetrics(this IEndpointRouteBuilder routes, MetricsText metrics, CurrentOptions options)
        => routes.MapMethods("/metrics", [HttpMethods.Get, HttpMethods.Head], async context =>
        {
            if (!IsAllowed(context.Request, options.Value))
            {
                await PageAccess.ForbidAsync(context);
                return;
            }

            context.Response.ContentType = PrometheusWriter.ContentType;
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.WriteAsync(metrics.Write(), context.RequestAborted);
        });

    private static bool IsAllowed(HttpRequest request, ServerOptions options) => options.Observability.MetricsToken is { } token
        ? PageAccess.IsSame(PageAccess.TokenOf(request), token)
        : !ConfigurationCheck.IsEverywhere(options.Server.Host);
}
