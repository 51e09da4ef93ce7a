using System.Text.Json;

namespace Parley.Cli.Configuration;

/// <summary>Reads config.json and the environment. Strongest last: defaults, file, environment (then the command line).</summary>
internal static class SettingsReader
{
    /// <summary>The file that is read when none is named, from the current directory and only when it has a section <c>funasr</c>.</summary>
    public const string DefaultFile = "config.json";

    private const int MaxBytes = 1 << 20;
    private const string OurSection = "funasr";
    private const string CommentPrefix = "_comment";

    private static readonly JsonDocumentOptions Json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 };

    /// <summary>Reads the settings.</summary>
    /// <param name="file">File of --config; null looks for <see cref="DefaultFile"/>.</param>
    /// <param name="environment">Value of a variable; null when it is not set.</param>
    /// <param name="warn">Receives what is ignored.</param>
    /// <exception cref="UsageException">The named file cannot be read, or a key of a file has an impossible value.</exception>
    public static Settings Read(string? file, Func<string, string?> environment, Action<string> warn)
    {
        Settings settings = new();
        if (file is not null || File.Exists(DefaultFile))
            settings = FromFile(settings, file ?? DefaultFile, isNamed: file is not null, warn);

        foreach (SettingKey key in SettingKey.All)
        {
            if (environment(key.Variable) is not { Length: > 0 } value)
                continue;
            if (key.Apply(settings, value, Environment.CurrentDirectory) is { } changed)
                settings = changed;
            else
                warn($"The environment variable {key.Variable} is ignored: expected {key.Expected}, found '{value}'.");
        }

        return settings;
    }

    private static Settings FromFile(Settings settings, string file, bool isNamed, Action<string> warn)
    {
        JsonDocument? document = null;
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MaxBytes })
                throw new JsonException($"it has more than {MaxBytes} bytes");
            document = JsonDocument.Parse(File.ReadAllBytes(file), Json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new JsonException("expected an object");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            document?.Dispose();
            // Another program may keep a file of this name here; a file that was asked for must be right.
            if (isNamed)
                throw new UsageException($"Cannot read the configuration {file}: {error.Message}", error);
            warn($"{file} in this directory is ignored: {error.Message}");
            return settings;
        }

        using (document)
        {
            if (!isNamed && !document.RootElement.TryGetProperty(OurSection, out _))
                return settings;
            string directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
            return Apply(settings, document.RootElement, string.Empty, file, directory, warn);
        }
    }

    private static Settings Apply(Settings settings, JsonElement section, string path, string file, string directory, Action<string> warn)
    {
        foreach (JsonProperty property in section.EnumerateObject())
        {
            if (property.Name.StartsWith(CommentPrefix, StringComparison.Ordinal))
                continue;
            string name = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (path.Length == 0 && SettingKey.ServerSections.Contains(property.Name))
                continue;
            if (path.Length == 0 && string.Equals(property.Name, OurSection, StringComparison.Ordinal) && property.Value.ValueKind == JsonValueKind.Object)
                settings = Apply(settings, property.Value, name, file, directory, warn);
            else if (SettingKey.All.FirstOrDefault(key => string.Equals(key.Name, name, StringComparison.Ordinal)) is { } key)
                settings = ApplyKey(settings, key, property.Value, file, directory);
            else
                warn($"{file}: the key {name} is not known to this program and is ignored.");
        }

        return settings;
    }

    private static Settings ApplyKey(Settings settings, SettingKey key, JsonElement value, string file, string directory)
    {
        string? text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.Null => null,
            _ => value.GetRawText(),
        };
        if (text is null)
            return settings;
        return key.Apply(settings, text, directory)
            ?? throw new UsageException($"{file}: {key.Name} must be {key.Expected}, found {value.GetRawText()}.");
    }
}
