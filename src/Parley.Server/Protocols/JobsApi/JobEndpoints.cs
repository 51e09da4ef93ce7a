using Parley.Server.Jobs;

namespace Parley.Server.Protocols.JobsApi;

/// <summary><c>/jobs/{id}</c>: how a job stands.</summary>
internal sealed class JobEndpoints(ApiContext context) : IApiEndpoints
{
    public void Map(ApiRoutes routes) => routes.Get("/jobs/{id}", ShowAsync);

    private async Task ShowAsync(ApiRequest request)
    {
        JobStatus job = await request.JobAsync(context.Jobs);
        await ApiAnswer.JsonAsync(request.Http, json => JobJson.Write(json, job));
    }
}
