using Parley.Server.Configuration.Keys;

namespace Parley.Server.Configuration;

/// <summary>The environment, and below it what a <c>.env</c> file says.</summary>
internal sealed class ConfigurationVariables(IReadOnlyDictionary<string, string> environment, IReadOnlyDictionary<string, string> dotEnv)
{
    private const string Prefix = "FUNASR_";

    // Its first name, from the time before all variables began alike.
    private const string OldWebhookVariable = "WEBHOOK_URL";

    /// <summary>A variable and where it was found; null when nobody set it. Empty counts as not set.</summary>
    public (string Value, string Source)? Find(string name)
        => name.Length == 0 ? null
            : environment.TryGetValue(name, out string? value) ? (value.Length > 0 ? (value, name) : null)
            : dotEnv.TryGetValue(name, out value) && value.Length > 0 ? (value, $"{name} of {DotEnvFile.Name}")
            : null;

    /// <summary>Applies every variable of the table; one that does not convert is reported and skipped.</summary>
    public void Apply(ConfigurationRequest request, ConfigurationBuild build)
    {
        foreach (SettingKey key in SettingTable.All)
        {
            if ((!request.ModelsOnly || SettingTable.SectionOf(key.Name) is SettingTable.ModelSection) && Find(key.Variable) is var (value, source))
                build.Apply(key, value, request.WorkingDirectory, source, isError: false);
        }

        if (request.ModelsOnly)
            return;
        SettingKey webhook = SettingTable.Get("notification.webhook_url");
        if (Find(webhook.Variable) is null && Find(OldWebhookVariable) is var (address, oldSource))
            build.Apply(webhook, address, request.WorkingDirectory, oldSource, isError: false);
        if (Find(DatabaseKeys.DirectoryVariable) is var (directory, directorySource))
        {
            string path = Path.Combine(directory, Path.GetFileName(build.Options.Database.Path));
            build.Apply(SettingTable.Get("database.path"), path, request.WorkingDirectory, directorySource, isError: false);
        }

        ReportUnknown(build);
    }

    private void ReportUnknown(ConfigurationBuild build)
    {
        HashSet<string> known = [.. SettingTable.All.Select(key => key.Variable), .. SettingTable.OtherVariables];
        foreach (string name in environment.Keys.Union(dotEnv.Keys, StringComparer.Ordinal).Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && !known.Contains(name)).Order(StringComparer.Ordinal))
            build.Unknown(name, "the environment", known);
    }
}
