namespace Parley.Server.Protocols.JobsApi;

/// <summary>A kind of problem, as docs/problems.md lists it.</summary>
/// <param name="Code">What programs read.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Title">The same for every problem of the kind.</param>
internal sealed record ProblemKind(string Code, int Status, string Title)
{
    /// <summary>URI reference of its documentation.</summary>
    public string Type => $"/docs/problems#{Code.Replace('_', '-')}";

    /// <summary>A problem of this kind.</summary>
    /// <param name="detail">For people: what is wrong, and what to do.</param>
    public ProblemException Because(string detail) => new(new Problem(this, detail));
}

/// <summary>An answer that says no (RFC 9457).</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Detail">For people: what is wrong, and what to do.</param>
internal sealed record Problem(ProblemKind Kind, string Detail)
{
    /// <summary>The field or parameter that is wrong; null when it is none.</summary>
    public string? Field { get; init; }

    /// <summary>When to try again; null when that is of no use.</summary>
    public int? RetryAfterSeconds { get; init; }
}

/// <summary>A request cannot be served; the door answers with the problem.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;
}
