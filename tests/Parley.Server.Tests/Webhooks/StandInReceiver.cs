using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Parley.Server.Tests.Webhooks;

/// <summary>A request that came to the receiver.</summary>
internal sealed record ReceivedHook(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Id => Headers["webhook-id"];
}

/// <summary>Receives webhooks: a real HTTP server that answers as the test says, and keeps what came.</summary>
internal sealed class StandInReceiver : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<int> _answers;
    private readonly ConcurrentQueue<ReceivedHook> _received = new();

    private StandInReceiver(WebApplication application, ConcurrentQueue<int> answers) => (_application, _answers) = (application, answers);

    /// <summary>Beginning of addresses that lead here.</summary>
    public string Address => _application.Urls.Single();

    public IReadOnlyList<ReceivedHook> Received => [.. _received];

    /// <summary>Among the answers: the connection is dropped instead.</summary>
    public const int Drop = 0;

    /// <param name="answers">Statuses for the first requests; 200 for all that follow.</param>
    public static async Task<StandInReceiver> StartAsync(params int[] answers)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication application = builder.Build();
        StandInReceiver receiver = new(application, new ConcurrentQueue<int>(answers));
        application.Run(receiver.AnswerAsync);
        await application.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource atOnce = new(TimeSpan.FromMilliseconds(1));
        await _application.StopAsync(atOnce.Token);
        await _application.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using MemoryStream body = new();
        await http.Request.Body.CopyToAsync(body);
        _received.Enqueue(new ReceivedHook(
            http.Request.Path, http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
        int status = _answers.TryDequeue(out int next) ? next : StatusCodes.Status200OK;
        if (status == Drop)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = status;
        if (status is >= 300 and < 400)
            http.Response.Headers.Location = "/elsewhere";
    }
}
