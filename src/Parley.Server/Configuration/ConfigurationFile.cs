using System.Text.Json;

namespace Parley.Server.Configuration;

/// <summary>Goes through a config.json: known keys are applied, notes passed over, everything else reported.</summary>
internal static class ConfigurationFile
{
    private const int MaxBytes = 1 << 20;
    private const string CommentPrefix = "_comment";

    private static readonly JsonDocumentOptions Json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 };

    /// <exception cref="JsonException">It is no JSON object, or too large to be a configuration.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static JsonDocument Parse(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
            throw new JsonException($"it has more than {MaxBytes} bytes");
        JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path), Json);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return document;
        document.Dispose();
        throw new JsonException("expected an object");
    }

    public static void Apply(JsonElement root, string file, string directory, bool modelsOnly, ConfigurationBuild build)
    {
        foreach (JsonProperty section in Keys(root))
        {
            if (modelsOnly && section.Name is not SettingTable.ModelSection && SettingTable.Sections.Contains(section.Name))
                continue;
            if (!SettingTable.Sections.Contains(section.Name))
                build.Unknown(section.Name, file, SettingTable.Sections);
            else if (section.Value.ValueKind != JsonValueKind.Object)
                build.Errors.Add($"{file}: {section.Name} must be an object of keys, found {section.Value.ValueKind.ToString().ToLowerInvariant()}.");
            else
                ApplySection(section, file, directory, build);
        }
    }

    private static void ApplySection(JsonProperty section, string file, string directory, ConfigurationBuild build)
    {
        foreach (JsonProperty property in Keys(section.Value))
        {
            string name = $"{section.Name}.{property.Name}";
            if (SettingTable.Find(name) is not { } key)
                build.Unknown(name, file, SettingTable.All.Select(item => item.Name));
            else if (property.Value.ValueKind != JsonValueKind.Null) // null: whatever the default is
                build.Apply(key, Text(property.Value), directory, file, isError: true, property.Value.GetRawText());
        }
    }

    private static IEnumerable<JsonProperty> Keys(JsonElement element)
        => element.EnumerateObject().Where(property => !property.Name.StartsWith(CommentPrefix, StringComparison.Ordinal));

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
