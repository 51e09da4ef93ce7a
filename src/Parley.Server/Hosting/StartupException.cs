namespace Parley.Server.Hosting;

/// <summary>The server cannot start, for a reason that its operator can mend; the message says how, in one line for each reason.</summary>
internal sealed class StartupException(IReadOnlyList<string> problems, Exception? innerException = null) : Exception(string.Join(Environment.NewLine, problems), innerException)
{
    public StartupException(string problem, Exception? innerException = null)
        : this([problem], innerException)
    {
    }

    public IReadOnlyList<string> Problems { get; } = problems;
}
