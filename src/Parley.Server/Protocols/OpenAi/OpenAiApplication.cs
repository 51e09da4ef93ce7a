using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>Adds OpenAI's API to a web application.</summary>
internal static class OpenAiApplication
{
    /// <summary>Takes everything below <c>/v1</c>. Needs the routing services.</summary>
    /// <param name="routes">The application.</param>
    /// <param name="options">As the server started with them.</param>
    /// <param name="jobs">Where recordings go.</param>
    /// <param name="files">Where they wait until they are jobs; shared with the other protocols.</param>
    /// <param name="loggers">Makes loggers.</param>
    /// <param name="clock">The clock.</param>
    public static void MapParleyOpenAi(this IEndpointRouteBuilder routes, ServerOptions options, IJobs jobs, UploadFiles files, ILoggerFactory loggers, TimeProvider clock)
        => new OpenAiDoor(options, jobs, files, loggers, clock).Map(routes);
}
