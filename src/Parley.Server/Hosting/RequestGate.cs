using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Server.Pages;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Protocols.JobsApi.Uploads;
using Parley.Server.Protocols.OpenAi;
using Parley.Server.Protocols.WebSockets;
using Parley.Server.Telemetry;

namespace Parley.Server.Hosting;

/// <summary>The first and the last word on every request: whether the server is there for it at all, and what to say where nobody answers.</summary>
internal static class RequestGate
{
    private const string RetryAfterSeconds = "2";

    /// <summary>Answers 503 while the server starts or stops, except on its own pages; 423 where an upload is asked about, which is not lost.</summary>
    public static void UsePhaseGate(this WebApplication application, ServerState state) => application.Use(async (context, next) =>
    {
        if (state.Phase == ServerPhase.Running || (!WebSocketProtocol.IsHandshake(context.Request) && IsOwnPage(context.Request.Path)))
        {
            await next(context);
            return;
        }

        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        if (OpenAiAnswer.IsOurs(context.Request.Path))
            await OpenAiAnswer.WriteErrorAsync(context, OpenAiError.Stopping($"The server cannot take requests right now: it is {HealthPages.StatusOf(state)}. Try again in a moment."));
        else if (ApiAnswer.IsOurs(context.Request.Path))
            await ApiAnswer.ProblemAsync(context, Tus.IsQuestion(context.Request) ? Problems.LockedWhile(HealthPages.StatusOf(state)) : Problems.NotThere(HealthPages.StatusOf(state)));
        else
            await WriteAsync(context, StatusCodes.Status503ServiceUnavailable, HealthPages.StatusOf(state));
    });

    /// <summary>Answers what no page does: 426 for those who only look, 400 for those who send.</summary>
    public static void MapEverythingElse(this IEndpointRouteBuilder routes) => routes.Map("/{**path}", async context =>
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            await WriteAsync(context, StatusCodes.Status400BadRequest, $"{context.Request.Method} is not answered here.");
            return;
        }

        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Connection = "Upgrade, close";
        await WriteAsync(context, StatusCodes.Status426UpgradeRequired, "This server speaks WebSocket: connect to ws://host:port/. Its state is at /health.");
    });

    private static bool IsOwnPage(PathString path) => WebPage.IsOurs(path) || path.Value is "/health" or "/livez" or "/readyz" or "/metrics" or ApiRoutes.Root + "/status";

    private static Task WriteAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }
}
