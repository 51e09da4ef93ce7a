using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.JobsApi;

/// <summary><c>GET /jobs/{id}/events</c>: a job as it goes on, as server-sent events. Safe for concurrent calls.</summary>
internal sealed class EventsEndpoint(ApiContext context) : IApiEndpoints
{
    // Proxies close what is silent for long.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(12);

    private static readonly ReadOnlyMemory<byte> End = "\n\n"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Comment = ":\n\n"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Job = "event: job\ndata: "u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Said = "event: said\ndata: "u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Ended = "event: end\ndata: "u8.ToArray();

    public void Map(ApiRoutes routes) => routes.Map(HttpMethods.Get, "/jobs/{id}/events", FollowAsync);

    private async Task FollowAsync(ApiRequest request)
    {
        JobStatus job = await request.JobAsync(context.Jobs);
        Begin(request.Http);
        await WriteAsync(request, Job, json => JobJson.Write(json, job));
        using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted);
        IAsyncEnumerator<JobEvent> events = context.Jobs.WatchAsync(job.Id, leaving.Token).GetAsyncEnumerator(leaving.Token);
        Task<bool> next = events.MoveNextAsync().AsTask();
        SaidSoFar said = new();
        try
        {
            while (await IsNextAsync(request, next))
            {
                if (!await TellAsync(request, job.Id, events.Current, said))
                    return;
                next = events.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            await leaving.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await events.DisposeAsync();
        }
    }

    private async Task<bool> IsNextAsync(ApiRequest request, Task<bool> next)
    {
        while (true)
        {
            try
            {
                return await next.WaitAsync(Silence, context.Clock, request.Aborted);
            }
            catch (TimeoutException) when (!next.IsCompleted)
            {
                await request.Http.Response.Body.WriteAsync(Comment, request.Aborted);
                await request.Http.Response.Body.FlushAsync(request.Aborted);
            }
        }
    }

    /// <summary>Tells one event.</summary>
    /// <returns>Whether another will follow.</returns>
    private async Task<bool> TellAsync(ApiRequest request, Guid id, JobEvent happened, SaidSoFar said)
    {
        if (happened is JobEvent.Said { Sentences: var sentences })
        {
            int first = said.Take(sentences);
            if (first < sentences.Count)
                await WriteAsync(request, Said, json => SaidJson.Write(json, sentences, first));
            return true;
        }

        // Deleted meanwhile: there is nothing more to tell.
        if (await context.Jobs.FindAsync(id, request.Aborted) is not { } job)
            return false;
        bool isEnd = happened is JobEvent.Completed or JobEvent.Ended;
        await WriteAsync(request, isEnd ? Ended : Job, json => JobJson.Write(json, job));
        return !isEnd;
    }

    private static void Begin(HttpContext http)
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would collect the events
    }

    // JSON has no line ends, so an event cannot hold another.
    private static async Task WriteAsync(ApiRequest request, ReadOnlyMemory<byte> head, Action<Utf8JsonWriter> write)
    {
        Stream body = request.Http.Response.Body;
        await body.WriteAsync(head, request.Aborted);
        await body.WriteAsync(JsonBytes.Of(write), request.Aborted);
        await body.WriteAsync(End, request.Aborted);
        await body.FlushAsync(request.Aborted);
    }
}
