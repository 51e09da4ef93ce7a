using System.Globalization;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.JobsApi;

/// <summary><c>/jobs</c>: how jobs stand, and their end. Safe for concurrent calls.</summary>
internal sealed class JobEndpoints(ApiContext context) : IApiEndpoints
{
    private const int MaxPage = 200;
    private const int DefaultPage = 50;
    private const int MaxSearch = 200;

    private static readonly Dictionary<string, JobState> States = Enum.GetValues<JobState>().ToDictionary(JobJson.StateOf, StringComparer.Ordinal);

    public void Map(ApiRoutes routes)
    {
        routes.Get("/jobs", ListAsync);
        routes.Get("/jobs/{id}", ShowAsync);
        routes.Delete("/jobs/{id}", DeleteAsync);
        routes.Post("/jobs/{id}/cancel", CancelAsync);
    }

    private async Task ListAsync(ApiRequest request)
    {
        JobPage page = await context.Jobs.ListAsync(
            new JobQuery
            {
                Client = request.Client,
                States = StatesOf(request),
                NamePart = SearchOf(request),
                Before = CursorOf(request),
                Limit = request.QueryNumber("limit", 1, MaxPage, DefaultPage),
            },
            request.Aborted);
        await ApiAnswer.JsonAsync(request.Http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("jobs"u8);
            foreach (JobStatus job in page.Jobs)
                JobJson.Write(json, job);
            json.WriteEndArray();
            json.WriteString("next"u8, page.Next?.ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
        });
    }

    private async Task ShowAsync(ApiRequest request)
    {
        JobStatus job = await request.JobAsync(context.Jobs);
        await ApiAnswer.JsonAsync(request.Http, json => JobJson.Write(json, job));
    }

    private async Task CancelAsync(ApiRequest request)
    {
        JobStatus job = await request.JobAsync(context.Jobs);
        if (!await context.Jobs.CancelAsync(job.Id, request.Aborted))
            throw Problems.NotCancellable.Because($"The job is {JobJson.StateOf((await request.JobAsync(context.Jobs)).State)}. Only jobs that wait or run can be cancelled.");
        await ShowAsync(request);
    }

    private async Task DeleteAsync(ApiRequest request)
    {
        JobStatus job = await request.JobAsync(context.Jobs);

        // Half a deletion would leave a job that nobody wants: the client's leaving does not stop it.
        await context.Jobs.DeleteAsync(job.Id, CancellationToken.None);
        await ApiAnswer.NoContentAsync(request.Http);
    }

    private static List<JobState> StatesOf(ApiRequest request) =>
    [
        .. request.Http.Request.Query["state"].Where(name => !string.IsNullOrEmpty(name)).Select(name => States.TryGetValue(name!, out JobState state)
            ? state
            : throw Problems.Invalid("state", $"state must be one of {string.Join(", ", States.Keys)}; found '{Quoted.Text(name)}'.")).Distinct(),
    ];

    private static string? SearchOf(ApiRequest request) => request.Query("q") is not { Length: > MaxSearch } text
        ? request.Query("q")
        : throw Problems.Invalid("q", $"q must have at most {MaxSearch} characters; found {text.Length}.");

    private static long? CursorOf(ApiRequest request)
    {
        if (request.Query("cursor") is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long cursor)
            ? cursor
            : throw Problems.Invalid("cursor", "cursor must be the member next of a page before, or be left out.");
    }
}
