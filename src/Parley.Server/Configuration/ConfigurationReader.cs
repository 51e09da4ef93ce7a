using System.Text.Json;
using Parley.Inference.Devices;

namespace Parley.Server.Configuration;

/// <summary>
/// Reads a configuration, weakest source first: built-in defaults, config.json, profile, environment with <c>.env</c>, command line.
/// Never throws for what people wrote: errors, warnings and notes are part of the result, all of them.
/// </summary>
internal static class ConfigurationReader
{
    /// <summary>The file that is read when none is named.</summary>
    public const string DefaultFile = "config.json";

    public static EffectiveConfiguration Read(ConfigurationRequest request)
    {
        ConfigurationBuild build = new(DefaultsFor(request));
        if (request.DataDirectory is not null)
        {
            foreach (string key in (string[])["server.temp_dir", "server.upload_dir", "database.path", "logging.log_dir"])
                build.Sources[key] = "--data-dir";
        }

        string? file = ReadFile(request, build);
        IReadOnlyDictionary<string, string> dotEnv = DotEnvFile.Read(Path.Combine(request.WorkingDirectory, DotEnvFile.Name), build.Warnings.Add);
        ConfigurationVariables variables = new(request.Variables, dotEnv);
        if (!request.ModelsOnly)
            ApplyProfile(variables, request.WorkingDirectory, build);
        variables.Apply(request, build);
        foreach (CommandLineValue value in request.CommandLine)
            build.Apply(SettingTable.Get(value.Key), value.Value, request.WorkingDirectory, value.Option, isError: true);

        BundleChoice.Make(build);
        if (!request.ModelsOnly)
            ConfigurationCheck.Run(build);
        return build.Finish(file);
    }

    private static ServerOptions DefaultsFor(ConfigurationRequest request)
    {
        ServerOptions options = new();
        string root = Path.GetFullPath(request.DataDirectory ?? ".", request.WorkingDirectory);
        string database = Path.GetFileName(options.Database.Path);
        return options with
        {
            Funasr = options.Funasr with { Devices = options.Funasr.Devices with { ProfilePath = DeviceProfile.StandardPath() } },
            Server = options.Server with { TempDir = Path.Combine(root, "temp"), UploadDir = Path.Combine(root, "uploads") },
            Database = options.Database with { Path = request.DataDirectory is null ? Path.Combine(root, "data", database) : Path.Combine(root, database) },
            Logging = options.Logging with { LogDir = Path.Combine(root, "logs") },
        };
    }

    private static string? ReadFile(ConfigurationRequest request, ConfigurationBuild build)
    {
        bool isNamed = request.File is not null;
        string path = Path.GetFullPath(request.File ?? DefaultFile, request.WorkingDirectory);
        if (!isNamed && !File.Exists(path))
            return null;
        string name = request.File ?? DefaultFile;
        try
        {
            using JsonDocument document = ConfigurationFile.Parse(path);
            // Another program may keep a file of this name here.
            if (!isNamed && !document.RootElement.EnumerateObject().Any(item => request.ModelsOnly ? item.Name is SettingTable.ModelSection : SettingTable.Sections.Contains(item.Name)))
                return null;
            ConfigurationFile.Apply(document.RootElement, name, Path.GetDirectoryName(path)!, request.ModelsOnly, build);
            return path;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            // A file that was asked for must be right.
            if (isNamed)
                build.Errors.Add($"Cannot read the configuration {name}: {error.Message}");
            else
                build.Warnings.Add($"{name} in this directory is ignored: {error.Message}");
            return null;
        }
    }

    private static void ApplyProfile(ConfigurationVariables variables, string directory, ConfigurationBuild build)
    {
        if (variables.Find(ConfigurationProfile.Variable) is not ({ Length: > 0 } name, _))
            return;
        if (ConfigurationProfile.Find(name.Trim()) is not { } profile)
        {
            build.Warnings.Add($"{ConfigurationProfile.Variable}: there is no profile '{name.Trim()}'; it is ignored. Profiles: {string.Join(", ", ConfigurationProfile.All.Select(item => item.Name))}.");
            return;
        }

        ServerOptions before = build.Options;
        List<string> changes = [];
        foreach ((string key, string value) in profile.Values)
        {
            SettingKey setting = SettingTable.Get(key);
            build.Apply(setting, value, directory, $"profile {profile.Name}", isError: true);
            if (!setting.IsSame(before, build.Options))
                changes.Add($"{key} {setting.ShowMasked(before)} -> {setting.ShowMasked(build.Options)}");
        }

        build.Notes.Add($"Profile {profile.Name}: {(changes.Count == 0 ? "changes nothing" : string.Join(", ", changes))}.");
    }
}
