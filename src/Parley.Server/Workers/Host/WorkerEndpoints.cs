using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Parley.Server.Workers.Wire;

namespace Parley.Server.Workers.Host;

/// <summary>What a worker answers: see <see cref="WirePaths"/>.</summary>
internal sealed class WorkerEndpoints(WorkerState state, CancellationToken stop)
{
    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    public async Task HandleAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (HttpMethods.IsGet(request.Method) && request.Path.Equals(WirePaths.Status, StringComparison.Ordinal))
            await context.Response.WriteAsJsonAsync(state.Report, WireJson.Default.WorkerReport, cancellationToken: context.RequestAborted);
        else if (HttpMethods.IsPost(request.Method) && request.Path.Equals(WirePaths.Jobs, StringComparison.Ordinal))
            await RunAsync(context);
        else if (HttpMethods.IsDelete(request.Method) && request.Path.StartsWithSegments(WirePaths.Jobs, StringComparison.Ordinal, out PathString rest))
            context.Response.StatusCode = Guid.TryParse(rest.Value.AsSpan().TrimStart('/'), out Guid id) && state.Cancel(id) ? StatusCodes.Status202Accepted : StatusCodes.Status404NotFound;
        else
            context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private async Task RunAsync(HttpContext context)
    {
        WorkOrder? order;
        try
        {
            order = await JsonSerializer.DeserializeAsync(context.Request.Body, WireJson.Default.WorkOrder, context.RequestAborted);
        }
        catch (JsonException)
        {
            order = null;
        }

        if (order is null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        context.Response.ContentType = WirePaths.Lines;
        using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop);
        Channel<WorkerLine> lines = Channel.CreateUnbounded<WorkerLine>(new UnboundedChannelOptions { SingleReader = true });
        Task<WorkerLine> running = state.RunAsync(order, line => lines.Writer.TryWrite(line), gone.Token);
        Task ended = running.ContinueWith(_ => lines.Writer.Complete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (WorkerLine line in lines.Reader.ReadAllAsync(context.RequestAborted))
                await WriteAsync(context.Response, line, context.RequestAborted);
            await WriteAsync(context.Response, await running, context.RequestAborted);
        }
        finally
        {
            await gone.CancelAsync();
            await running;
            await ended;
        }

        await context.Response.CompleteAsync();
        state.Trim();
    }

    private static async Task WriteAsync(HttpResponse response, WorkerLine line, CancellationToken cancellationToken)
    {
        await JsonSerializer.SerializeAsync(response.Body, line, WireJson.Default.WorkerLine, cancellationToken);
        await response.Body.WriteAsync(LineEnd, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
