using Parley.Server.Configuration.Keys;

namespace Parley.Server.Configuration;

/// <summary>Every key of config.json, in the order of the sections. The only place that knows their names.</summary>
internal static class SettingTable
{
    /// <summary>The section that the commands other than <c>serve</c> obey.</summary>
    public const string ModelSection = "funasr";

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        .. ListenKeys.All, .. ModelKeys.All, .. TranscriptionKeys.All, .. DatabaseKeys.All, .. NotificationKeys.All, .. WebhookKeys.All, .. AuthKeys.All,
        .. LoggingKeys.All, .. ObservabilityKeys.All, .. SecondEngineKeys.All,
    ];

    /// <summary>First parts of the names.</summary>
    public static IReadOnlySet<string> Sections { get; } = new HashSet<string>(All.Select(key => SectionOf(key.Name)), StringComparer.Ordinal);

    /// <summary>Variables that begin like ours and are no keys: other programs of the family read them, or they say where to read.</summary>
    public static IReadOnlySet<string> OtherVariables { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        ConfigurationProfile.Variable, DatabaseKeys.DirectoryVariable, "FUNASR_RUNTIME", "FUNASR_QWEN3_DIARIZE_BACKEND", "FUNASR_WORKER_MODE", "FUNASR_ALERT_STATE_PATH",
    };

    private static readonly Dictionary<string, SettingKey> ByName = All.ToDictionary(key => key.Name, StringComparer.Ordinal);

    public static SettingKey? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The key; a name that is written in the program.</summary>
    public static SettingKey Get(string name) => ByName[name];

    public static string SectionOf(string name) => name.Split('.')[0];
}
