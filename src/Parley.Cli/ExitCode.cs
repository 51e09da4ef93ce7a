namespace Parley.Cli;

/// <summary>How the program ends.</summary>
internal static class ExitCode
{
    /// <summary>All was done.</summary>
    public const int Done = 0;

    /// <summary>Something failed; what could be done was done.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the configuration is wrong; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Added to the number of the signal that ended the program: 130 for Ctrl-C.</summary>
    public const int Signal = 128;

    /// <summary>Whether a program ended because a person or the system asked it to: hang-up, Ctrl-C or a request to end.</summary>
    public static bool IsInterruption(int exitCode) => exitCode is Signal + 1 or Signal + 2 or Signal + 15;
}
