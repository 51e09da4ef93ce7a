namespace Parley.Cli.Terminals;

/// <summary>Asks the person at the terminal.</summary>
internal static class Consent
{
    /// <summary>Whether the answer to a question is a typed <c>yes</c>. Without a person it is no answer at all.</summary>
    /// <param name="terminal">Where the question goes.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="option">The option that answers beforehand.</param>
    /// <exception cref="UsageException">Nobody can be asked.</exception>
    public static bool Ask(Terminal terminal, string question, string option)
    {
        if (terminal.Interactive is null || Console.IsInputRedirected)
            throw new UsageException($"{question} Nobody can be asked here: answer with {option}.");
        terminal.WriteError($"{question} Type yes to go on:");
        using StreamReader input = new(terminal.OpenInput());
        return string.Equals(input.ReadLine()?.Trim(), "yes", StringComparison.OrdinalIgnoreCase);
    }
}
