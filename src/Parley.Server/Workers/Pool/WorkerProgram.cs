namespace Parley.Server.Workers.Pool;

/// <summary>How a worker process is started.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">What stands before <c>worker</c>: the assembly, where the program is <c>dotnet</c>.</param>
internal sealed record WorkerProgram(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>The program that runs here, started again.</summary>
    /// <exception cref="InvalidOperationException">The program has no path of its own.</exception>
    public static WorkerProgram OfThisProcess()
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is unknown, so it cannot start workers. Use concurrency_mode lock.");
        string assembly = Environment.GetCommandLineArgs()[0];
        bool isHost = string.Equals(Path.GetFileNameWithoutExtension(program), "dotnet", StringComparison.OrdinalIgnoreCase);
        return new WorkerProgram(program, isHost ? [Path.GetFullPath(assembly)] : []);
    }
}
