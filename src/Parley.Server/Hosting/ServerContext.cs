using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Notifications;

namespace Parley.Server.Hosting;

/// <summary>What every room gets from the host.</summary>
/// <param name="Options">As the server started with them.</param>
/// <param name="Current">As they are now.</param>
/// <param name="Loggers">Makes loggers.</param>
/// <param name="Notifier">Tells people.</param>
/// <param name="Time">The clock.</param>
internal sealed record ServerContext(ServerOptions Options, CurrentOptions Current, ILoggerFactory Loggers, INotifier Notifier, TimeProvider Time);
