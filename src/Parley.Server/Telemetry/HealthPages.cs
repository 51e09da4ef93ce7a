using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Server.Hosting;
using Parley.Server.Workers;

namespace Parley.Server.Telemetry;

/// <summary><c>/health</c> for people and monitors, <c>/livez</c> and <c>/readyz</c> for orchestrators. No secrets, hence no token.</summary>
internal static class HealthPages
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Adds the pages.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="state">What they tell.</param>
    /// <param name="withHealth">Whether <c>/health</c> is there, too (<c>observability.metrics_enabled</c>).</param>
    public static void MapHealth(this IEndpointRouteBuilder routes, ServerState state, bool withHealth)
    {
        routes.MapMethods("/livez", Methods, context => WriteAsync(context, StatusCodes.Status200OK, "ok\n"));
        routes.MapMethods("/readyz", Methods, context => state.IsReady
            ? WriteAsync(context, StatusCodes.Status200OK, "ok\n")
            : WriteAsync(context, StatusCodes.Status503ServiceUnavailable, StatusOf(state) + "\n"));
        if (withHealth)
            routes.MapMethods("/health", Methods, context => HealthAsync(context, state));
    }

    /// <summary>starting, healthy, degraded or stopping.</summary>
    public static string StatusOf(ServerState state) => state.Phase switch
    {
        ServerPhase.Stopping => "stopping",
        _ when !state.WasReady => "starting",
        _ => Checks(state).All(check => check.IsWell) ? "healthy" : "degraded",
    };

    /// <summary>What makes a server healthy.</summary>
    internal static (string Name, bool IsWell)[] Checks(ServerState state) =>
    [
        ("maintenance_loop", state.Phase == ServerPhase.Running && state.Jobs.IsMaintained()),
        ("accepting_tasks", state.Phase == ServerPhase.Running && state.Jobs.Jobs.Figures.IsAccepting),
        ("workers_ready", state.Engine.IsReady),
    ];

    private static async Task HealthAsync(HttpContext context, ServerState state)
    {
        string status = StatusOf(state);
        context.Response.StatusCode = status is "healthy" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        using MemoryStream body = new();
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            json.WriteString("status", status);
            json.WriteStartObject("checks");
            foreach ((string name, bool isWell) in Checks(state))
                json.WriteBoolean(name, isWell);
            json.WriteEndObject();
            WriteWorkers(json, state.Engine.Workers);
            json.WriteEndObject();
        }

        await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
    }

    private static void WriteWorkers(Utf8JsonWriter json, IReadOnlyList<WorkerStatus> workers)
    {
        json.WriteStartArray("workers");
        foreach (WorkerStatus worker in workers)
        {
            json.WriteStartObject();
            json.WriteNumber("number", worker.Number);
            json.WriteString("state", worker.State);
            WriteBundles(json, worker);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes which models a worker holds.</summary>
    internal static void WriteBundles(Utf8JsonWriter json, WorkerStatus worker)
    {
        json.WriteStartArray("bundles"u8);
        foreach (string bundle in worker.Bundles)
            json.WriteStringValue(bundle);
        json.WriteEndArray();
    }

    private static Task WriteAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
