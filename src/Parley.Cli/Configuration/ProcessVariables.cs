namespace Parley.Cli.Configuration;

/// <summary>The environment of this process.</summary>
internal static class ProcessVariables
{
    public static IReadOnlyDictionary<string, string> Read()
    {
        Dictionary<string, string> variables = new(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return variables;
    }
}
