using Parley.Server.Configuration;

namespace Parley.Cli.Configuration;

/// <summary>What the commands that are no server take from the configuration: section <c>funasr</c>, read by the same reader from the same table of keys.</summary>
internal static class SettingsReader
{
    /// <summary>Reads the settings.</summary>
    /// <param name="file">File of --config; null looks for config.json in the current directory, and reads it only when it has a section <c>funasr</c>.</param>
    /// <param name="environment">Value of a variable; null when it is not set.</param>
    /// <param name="warn">Receives what is ignored.</param>
    /// <param name="named">The bundle that the command line names; null when it names none.</param>
    /// <exception cref="UsageException">The named file cannot be read, or a key of a file has an impossible value.</exception>
    public static Settings Read(string? file, Func<string, string?> environment, Action<string> warn, string? named = null)
    {
        ConfigurationRequest request = new() { File = file, Variables = VariablesOf(environment), ModelsOnly = true, CommandLine = named is null ? [] : [new CommandLineValue("funasr.bundle", named, "--models")] };
        EffectiveConfiguration configuration = ConfigurationReader.Read(request);
        if (configuration.Errors.Count > 0)
            throw new UsageException(string.Join(' ', configuration.Errors));
        foreach (string warning in configuration.Warnings)
            warn(warning);
        return Of(configuration);
    }

    private static Settings Of(EffectiveConfiguration configuration)
    {
        ModelOptions options = configuration.Options.Funasr;
        return new Settings
        {
            Bundle = IsSet("funasr.bundle") && !string.Equals(options.Bundle, options.ModelDir, StringComparison.Ordinal) ? options.Bundle : null,
            ModelDirectory = options.ModelDir,
            StageDirectories = options.StageDirectories,
            AutoDownload = options.AutoDownload,
            Quantized = options.Quantized,
            Optimize = options.Optimize,
            BatchSeconds = IsSet("funasr.batch_size_s") ? options.BatchSizeS : null,
            Threads = options.Ncpu,
            Device = IsSet("funasr.device") ? options.Devices.Device : null,
            DevicePriority = IsSet("funasr.device_priority") ? string.Join(',', options.Devices.Priority) : null,
            FallbackOnError = IsSet("funasr.fallback_on_error") ? options.Devices.FallbackOnError : null,
        };

        bool IsSet(string key) => configuration.Sources.ContainsKey(key);
    }

    private static Dictionary<string, string> VariablesOf(Func<string, string?> environment)
    {
        Dictionary<string, string> variables = new(StringComparer.Ordinal);
        foreach (string name in SettingTable.All.Select(key => key.Variable).Where(name => name.Length > 0))
        {
            if (environment(name) is { } value)
                variables[name] = value;
        }

        return variables;
    }
}
