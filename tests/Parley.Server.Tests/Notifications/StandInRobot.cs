using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Parley.Server.Tests.Notifications;

/// <summary>Stands in for the WeCom robot: a real HTTP server that answers each message as the test says, and keeps the texts.</summary>
internal sealed class StandInRobot : IAsyncDisposable
{
    public const string Key = "robot-key-that-nobody-may-see";

    private readonly WebApplication _application;
    private readonly ConcurrentQueue<string> _answers;
    private readonly ConcurrentQueue<string> _texts = new();

    private StandInRobot(WebApplication application, ConcurrentQueue<string> answers) => (_application, _answers) = (application, answers);

    public string Address { get; private set; } = "";

    /// <summary>Contents of all messages that came, taken or not.</summary>
    public IReadOnlyList<string> Texts => [.. _texts];

    /// <param name="answers">For the first messages: ok, errcode, status, nonsense, drop, stall; ok for all that follow.</param>
    public static async Task<StandInRobot> StartAsync(params string[] answers)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication application = builder.Build();
        StandInRobot robot = new(application, new ConcurrentQueue<string>(answers));
        application.Run(robot.AnswerAsync);
        await application.StartAsync();
        robot.Address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + $"/cgi-bin/webhook/send?key={Key}";
        return robot;
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource atOnce = new(TimeSpan.FromMilliseconds(1));
        await _application.StopAsync(atOnce.Token);
        await _application.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        JsonNode message = (await JsonNode.ParseAsync(context.Request.Body))!;
        ((string)message["msgtype"]!).ShouldBe("text");
        _texts.Enqueue((string)message["text"]!["content"]!);
        if (!_answers.TryDequeue(out string? answer))
            answer = "ok";
        switch (answer)
        {
            case "status":
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                break;
            case "errcode":
                await context.Response.WriteAsync("""{"errcode":45009,"errmsg":"api freq out of limit"}""");
                break;
            case "nonsense":
                await context.Response.WriteAsync("<html>");
                break;
            case "drop":
                context.Abort();
                break;
            case "stall":
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
                break;
            default:
                await context.Response.WriteAsync("""{"errcode":0,"errmsg":"ok"}""");
                break;
        }
    }
}
