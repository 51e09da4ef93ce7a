using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>Adds the WebSocket protocol to a web application.</summary>
internal static class WebSocketApplication
{
    /// <summary>
    /// Takes every request with <c>Upgrade: websocket</c>, whatever its path; all others go on. Connections are closed with 1001 when the application
    /// begins to stop: whoever has last words for clients says them before. Needs no services.
    /// </summary>
    /// <exception cref="IOException">The folders of uploads cannot be made.</exception>
    public static WebSocketProtocol UseParleyWebSockets(
        this WebApplication application, ServerOptions options, IJobs jobs, ILoggerFactory loggers, TimeProvider clock)
    {
        WebSocketProtocol protocol = new(options, jobs, loggers, clock);
        application.Lifetime.ApplicationStopping.Register(protocol.BeginStop);
        application.Lifetime.ApplicationStopped.Register(protocol.Dispose);
        application.UseWebSockets();
        application.Use((http, next) => WebSocketProtocol.IsHandshake(http.Request) ? protocol.ServeAsync(http) : next(http));
        return protocol;
    }
}
