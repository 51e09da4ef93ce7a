namespace Parley.Server.Configuration;

/// <summary>Reads a <c>.env</c> file: lines of <c>NAME=value</c>, with quotes, notes behind <c>#</c>, and <c>export</c> in front where one likes it.</summary>
internal static class DotEnvFile
{
    public const string Name = ".env";

    private const int MaxBytes = 1 << 20;

    /// <summary>The variables of a file, the last one of a name; none when there is no such file.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="warn">Told of lines that make no sense (by number, never by what they say) and of a file that cannot be read.</param>
    public static IReadOnlyDictionary<string, string> Read(string path, Action<string> warn)
    {
        Dictionary<string, string> variables = new(StringComparer.Ordinal);
        string[] lines;
        try
        {
            FileInfo file = new(path);
            if (!file.Exists)
                return variables;
            if (file.Length > MaxBytes)
            {
                warn($"{path} is ignored: it has more than {MaxBytes} bytes.");
                return variables;
            }

            lines = File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            warn($"{path} is ignored: {error.Message}");
            return variables;
        }

        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line.StartsWith("export ", StringComparison.Ordinal))
                line = line[7..].TrimStart();
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? "" : line[..equals].TrimEnd();
            if (name.Length == 0 || name.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter != '_'))
                warn($"{path}: line {i + 1} is ignored: expected NAME=value.");
            else
                variables[name] = Value(line[(equals + 1)..].Trim());
        }

        return variables;
    }

    private static string Value(string text)
    {
        if (text.Length >= 2 && text[0] is '"' or '\'' && text.IndexOf(text[0], 1) is var end and > 0)
            return text[1..end];
        int note = text.IndexOf(" #", StringComparison.Ordinal);
        return text.StartsWith('#') ? "" : note < 0 ? text : text[..note].TrimEnd();
    }
}
