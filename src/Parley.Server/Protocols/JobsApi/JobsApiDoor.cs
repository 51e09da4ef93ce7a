using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Parley.Server.Auth;
using Parley.Server.Protocols.JobsApi.Uploads;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>The jobs API: recordings in, jobs to follow, transcripts out. What the page builds on, and programs. Safe for concurrent calls.</summary>
internal sealed class JobsApiDoor
{
    private readonly ApiAdmission _admission;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<IApiEndpoints> _endpoints;

    public JobsApiDoor(ApiContext context)
    {
        _logger = context.Loggers.CreateLogger<JobsApiDoor>();
        _admission = new ApiAdmission(context.Options.Auth.Enabled ? new TokenValidator(context.Options.Auth, context.Clock) : null);
        _endpoints =
        [
            new SessionEndpoints(_admission),
            new DescriptionEndpoint(),
            new SubmitEndpoint(context),
            new JobEndpoints(context),
            new TranscriptEndpoints(context),
            new RecordingEndpoints(context),
            new RegroupEndpoints(context),
            new EventsEndpoint(context),
            new ResultEndpoint(context),
            new UploadEndpoints(context),
            new WebhookEndpoints(context.Webhooks),
        ];
    }

    /// <summary>The routes.</summary>
    /// <returns>Where the host adds routes for which other rooms are needed.</returns>
    public ApiRoutes Map(IEndpointRouteBuilder routes)
    {
        ApiRoutes api = new(routes, new ApiGuard(_admission, _logger));
        foreach (IApiEndpoints endpoints in _endpoints)
            endpoints.Map(api);
        return api;
    }
}
