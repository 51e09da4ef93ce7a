using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Webhooks;
using Parley.Server.Workers.Bundles;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>What the endpoints of this API share.</summary>
internal sealed record ApiContext
{
    /// <summary>As the server started with them.</summary>
    public required ServerOptions Options { get; init; }

    public required IJobs Jobs { get; init; }

    /// <summary>Files on their way in; shared with the other protocols.</summary>
    public required UploadFiles Files { get; init; }

    /// <summary>Uploads that outlive connections and processes.</summary>
    public required ResumableUploads Uploads { get; init; }

    /// <summary>The bundles that jobs may ask for.</summary>
    public ServedBundles Bundles => field ??= new ServedBundles(Options.Funasr);

    /// <summary>Tells programs how jobs end.</summary>
    public required WebhookService Webhooks { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    public required TimeProvider Clock { get; init; }
}
