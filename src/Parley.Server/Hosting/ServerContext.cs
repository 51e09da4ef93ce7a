using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Notifications;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Webhooks;

namespace Parley.Server.Hosting;

/// <summary>What every room gets from the host.</summary>
/// <param name="Options">As the server started with them.</param>
/// <param name="Current">As they are now.</param>
/// <param name="Loggers">Makes loggers.</param>
/// <param name="Notifier">Tells people.</param>
/// <param name="Time">The clock.</param>
internal sealed record ServerContext(ServerOptions Options, CurrentOptions Current, ILoggerFactory Loggers, INotifier Notifier, TimeProvider Time)
{
    /// <summary>Tells programs how jobs end; opened, started and stopped with the jobs.</summary>
    public WebhookService Webhooks { get; } = new(
        Options.Webhooks,
        (json, job, result) => JobJson.Write(json, JobRows.Ended(job, result, Current.Value.Transcription.DeleteAfterTranscription)),
        Loggers,
        Time);
}
