using Microsoft.Extensions.Logging;
using Parley.Server.Auth;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Workers.Bundles;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>What the handlers of messages share. Every part is safe for concurrent calls.</summary>
internal sealed record ProtocolContext
{
    public required ServerOptions Options { get; init; }

    public required IJobs Jobs { get; init; }

    /// <summary>The bundles that jobs may ask for.</summary>
    public required ServedBundles Bundles { get; init; }

    public required UploadRegistry Uploads { get; init; }

    public required UploadFiles Files { get; init; }

    public required ServerMessages Messages { get; init; }

    public required JobWatches Watches { get; init; }

    public required PayloadPolicy Payloads { get; init; }

    /// <summary>Null when nobody has to show a token.</summary>
    public required TokenValidator? Tokens { get; init; }

    public required ILogger Logger { get; init; }

    public required TimeProvider Clock { get; init; }
}
