using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>A request that has been let in.</summary>
/// <param name="Http">The request and its answer.</param>
/// <param name="Client">Who sent it.</param>
internal sealed record ApiRequest(HttpContext Http, JobClient Client)
{
    /// <summary>The client has gone.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>An id in the path; anything but a UUID is the id of nothing.</summary>
    /// <param name="unknown">What is said then.</param>
    /// <param name="parameter">Its name in the route.</param>
    /// <exception cref="ProblemException">It is none.</exception>
    public Guid Id(ProblemKind unknown, string parameter = "id")
        => Http.GetRouteValue(parameter) is string text && Guid.TryParseExact(text, "D", out Guid id) ? id : throw unknown.Because(NoSuch);

    /// <summary>The job of the path, as it stands now; one of another user is none.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    public async Task<JobStatus> JobAsync(IJobs jobs)
    {
        Guid id = Id(Problems.UnknownJob);
        JobStatus? job = await jobs.FindAsync(id, Aborted);
        if (job is not null && job.IsFor(Client))
            return job;
        throw Problems.UnknownJob.Because(jobs.WasEvicted(id) ? "This job was forgotten: it ended longer ago than the server keeps jobs (transcription.task_retention_ttl_seconds)." : NoSuch);
    }

    /// <summary>A parameter of the query; null when it is missing or empty.</summary>
    /// <exception cref="ProblemException">It was sent more than once.</exception>
    public string? Query(string name)
    {
        if (!Http.Request.Query.TryGetValue(name, out var values))
            return null;
        return values.Count == 1 ? (values[0] is { Length: > 0 } value ? value : null) : throw Problems.Invalid(name, $"{name} was sent {values.Count} times. Send it once.");
    }

    /// <summary>A whole number of the query.</summary>
    /// <exception cref="ProblemException">It is none, or out of bounds.</exception>
    public int QueryNumber(string name, int min, int max, int otherwise)
    {
        if (Query(name) is not { } text)
            return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max
            ? number
            : throw Problems.Invalid(name, $"{name} must be a whole number from {min} to {max}; found '{Quoted.Text(text)}'.");
    }

    /// <summary>A yes or no of the query.</summary>
    /// <exception cref="ProblemException">It is neither.</exception>
    public bool QueryFlag(string name, bool otherwise) => Query(name) switch
    {
        null => otherwise,
        "true" or "1" => true,
        "false" or "0" => false,
        string text => throw Problems.Invalid(name, $"{name} must be true or false; found '{Quoted.Text(text)}'."),
    };

    private const string NoSuch = "There is no such thing, or it is not yours. Ids are those that this server gave.";
}
