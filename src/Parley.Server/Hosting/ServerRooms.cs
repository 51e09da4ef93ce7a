using Microsoft.AspNetCore.Builder;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Protocols.OpenAi;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Protocols.WebSockets;
using Parley.Server.Storage;
using Parley.Server.Telemetry.Metrics;
using Parley.Server.Workers;
using Parley.Server.Workers.Pool;

namespace Parley.Server.Hosting;

/// <summary>The rooms that the host puts together. Tests put others in their places.</summary>
internal sealed record ServerRooms
{
    /// <summary>Those of the program.</summary>
    public static ServerRooms Standard { get; } = new() { Engine = MakeEngine, Jobs = OpenJobs };

    /// <summary>Makes the engine; it is started by the host.</summary>
    public required Func<ServerContext, ITranscriptionEngine> Engine { get; init; }

    /// <summary>Opens the jobs on disk; nothing runs before they are started.</summary>
    public required Func<ServerContext, ITranscriptionEngine, JobsRoom> Jobs { get; init; }

    /// <summary>Adds the protocols. What they do not answer, the host does: health, metrics, the web page, and 426 for the rest.</summary>
    public Func<WebApplication, ServerContext, IJobs, ProtocolDoors> Protocols { get; init; } = static (application, context, jobs) =>
    {
        WebSocketProtocol protocol = application.UseParleyWebSockets(context.Options, jobs, context.Loggers, context.Time);
        application.MapParleyOpenAi(context.Options, jobs, protocol.Files, context.Loggers, context.Time);
        ResumableUploads resumable = application.OpenResumableUploads(context.Options, jobs, protocol.Files, context.Loggers, context.Time);
        ApiRoutes api = application.MapParleyJobsApi(new ApiContext
        {
            Options = context.Options,
            Jobs = jobs,
            Files = protocol.Files,
            Uploads = resumable,
            Webhooks = context.Webhooks,
            Loggers = context.Loggers,
            Clock = context.Time,
        });
        return new ProtocolDoors(api, () => new ProtocolFigures(protocol.OpenConnections, protocol.Uploads.SingleCount + protocol.Uploads.ChunkedCount + resumable.Count));
    };

    private static ITranscriptionEngine MakeEngine(ServerContext context) => context.Options.Transcription.ConcurrencyMode == ConcurrencyMode.Lock
        ? new LockEngine(context.Options, context.Loggers, context.Notifier, context.Time)
        : new PoolEngine(context.Options, context.Loggers, context.Notifier, context.Time);

    private static JobsRoom OpenJobs(ServerContext context, ITranscriptionEngine engine)
    {
        try
        {
            JobService jobs = JobService.Open(() => context.Current.Value, engine, context.Notifier, new JobServiceParts
            {
                Clock = context.Time,
                Loggers = context.Loggers,
                Outbox = context.Webhooks.Outbox,
            });
            context.Webhooks.Open(jobs.Database);
            return new JobsRoom
            {
                Jobs = jobs,
                StartAsync = async cancellationToken =>
                {
                    await jobs.StartAsync(cancellationToken);
                    context.Webhooks.Start();
                },
                StopAsync = jobs.StopAsync,
                DisposeAsync = async () =>
                {
                    await context.Webhooks.DisposeAsync();
                    await jobs.DisposeAsync();
                },
                IsMaintained = () => jobs.IsMaintained,
            };
        }
        catch (StorageException error)
        {
            throw new StartupException(error.Message, error);
        }
    }
}

/// <summary>What the host does with the protocols.</summary>
/// <param name="Api">Where it adds routes that need other rooms.</param>
/// <param name="Figures">What they count.</param>
internal sealed record ProtocolDoors(ApiRoutes Api, Func<ProtocolFigures> Figures);

/// <summary>The jobs, and how the host starts and stops them.</summary>
internal sealed record JobsRoom
{
    /// <summary>The door for everybody else.</summary>
    public required IJobs Jobs { get; init; }

    /// <summary>Takes up what the last life left, and begins to run jobs.</summary>
    public required Func<CancellationToken, Task> StartAsync { get; init; }

    /// <summary>Takes no more jobs and waits for running ones as long as the options say; the token cuts that short. What still runs then is queued again.</summary>
    public required Func<CancellationToken, Task> StopAsync { get; init; }

    /// <summary>Closes what <see cref="StopAsync"/> leaves open.</summary>
    public required Func<ValueTask> DisposeAsync { get; init; }

    /// <summary>Whether housekeeping goes on.</summary>
    public Func<bool> IsMaintained { get; init; } = static () => true;
}
