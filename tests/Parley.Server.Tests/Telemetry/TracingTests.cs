using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Hosting;
using Parley.Server.Telemetry.Tracing;
using Parley.Server.Tests.Hosting;
using Parley.Server.Workers;
using Parley.Transcripts;

namespace Parley.Server.Tests.Telemetry;

public sealed class TracingTests
{
    [Fact]
    public async Task Job_and_stages_arrive_at_the_receiver_with_the_metrics_of_jobs()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        StandInEngine inner = new() { Work = _ => Transcript("asr", "vad", "speakers") };
        await using ObservedEngine engine = new(inner);
        Guid job = Guid.NewGuid();
        using Meter meter = new("Parley.Test.Otlp");
        using (new OtlpExport(receiver.Address, meter.Name, new ServerState(engine, new StandInJobs().Room, TimeProvider.System)))
        {
            meter.CreateHistogram<double>("parley.job.rtf", "1").Record(0.5);
            await engine.RunAsync(new WorkOrder { JobId = job, AudioPath = "/secret/path.wav", FileName = "secret-name.wav" }, new Progress<WorkProgress>(), CancellationToken.None);
            inner.Work = static _ => throw new InvalidDataException("secret-name.wav is broken");
            await Should.ThrowAsync<InvalidDataException>(() => engine.RunAsync(new WorkOrder { JobId = job, AudioPath = "/a", FileName = "b" }, new Progress<WorkProgress>(), CancellationToken.None));
        }

        string traces = receiver.Of("/v1/traces"), metrics = receiver.Of("/v1/metrics");
        foreach (string expected in new[] { "Parley", "job", "asr", "vad", "speakers", job.ToString(), "parley.device", "cpu", "parley.rtf", "InvalidDataException", "service.name" })
            traces.ShouldContain(expected);
        traces.ShouldNotContain("secret");
        foreach (string expected in new[] { "parley.job.rtf", "parley.queue.size", "parley.jobs.running" })
            metrics.ShouldContain(expected);
    }

    private static Transcript Transcript(params string[] stages) => new()
    {
        Sentences = [],
        Speakers = [],
        Turns = [],
        Duration = TimeSpan.FromSeconds(10),
        Receipt = new Receipt { Stages = [.. stages.Select(stage => new StageReceipt(stage, "model", "cpu", 0.25))], WallSeconds = 1, Rtf = 0.1, Bundle = "demo", Notices = [] },
    };

    /// <summary>Stands in for an OTLP receiver: a real HTTP server that keeps the protobuf bodies, in which names are plain text.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly WebApplication _application;
        private readonly ConcurrentQueue<(string Path, string Body)> _bodies = new();

        private Receiver(WebApplication application) => _application = application;

        public Uri Address { get; private set; } = new("http://localhost");

        public static async Task<Receiver> StartAsync()
        {
            WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            Receiver receiver = new(builder.Build());
            receiver._application.Run(async context =>
            {
                context.Request.ContentType.ShouldBe("application/x-protobuf");
                using MemoryStream body = new();
                await context.Request.Body.CopyToAsync(body);
                receiver._bodies.Enqueue((context.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
                context.Response.ContentType = "application/x-protobuf";
            });
            await receiver._application.StartAsync();
            receiver.Address = new Uri(receiver._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
            return receiver;
        }

        public string Of(string path) => string.Concat(_bodies.Where(item => item.Path == path).Select(item => item.Body));

        public ValueTask DisposeAsync() => _application.DisposeAsync();
    }
}
