using Microsoft.AspNetCore.Routing;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>Adds the jobs API to a web application.</summary>
internal static class JobsApiApplication
{
    /// <summary>Takes everything below <c>/api/v1</c>. Needs the routing services, and <see cref="Origins.CrossOriginRule"/> in front.</summary>
    /// <returns>Where further routes are added.</returns>
    public static ApiRoutes MapParleyJobsApi(this IEndpointRouteBuilder routes, ApiContext context) => new JobsApiDoor(context).Map(routes);
}
