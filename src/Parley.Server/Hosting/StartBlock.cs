using Microsoft.Extensions.Logging;
using Parley.Inference.Devices;
using Parley.Server.Configuration;

namespace Parley.Server.Hosting;

/// <summary>What an operator sees first: where, with what, how much; and in the log, every value with its source.</summary>
internal static class StartBlock
{
    /// <summary>Writes the block for people.</summary>
    public static void Write(TextWriter output, EffectiveConfiguration configuration, Uri address)
    {
        ServerOptions options = configuration.Options;
        ListenOptions listen = options.Server;
        TranscriptionOptions transcription = options.Transcription;
        bool isEverywhere = ConfigurationCheck.IsEverywhere(listen.Host);
        (string Name, string Value)[] lines =
        [
            ("address", $"ws://{address.Authority}/{(isEverywhere ? " (all addresses)" : "")}   page {address}"),
            ("models", $"{options.Funasr.Bundle}{(options.Funasr.Quantized ? ", 8-bit where there are both" : "")}"),
            ("device", $"{options.Funasr.Devices.Device}{(options.Funasr.Devices.Device is DeviceOptions.Auto ? $" (first of {string.Join(", ", options.Funasr.Devices.Priority)})" : "")}"),
            ("mode", transcription.ConcurrencyMode == ConcurrencyMode.Pool ? $"{transcription.MaxConcurrentTasks} worker processes" : "one job at a time in this process"),
            ("limits", $"files of {listen.MaxFileSizeMb} MB, {transcription.MaxQueueSize} waiting jobs, {listen.MaxConnections} connections, {transcription.TaskTimeoutMinutes} min a job"),
            ("data", $"{options.Database.Path}; uploads {listen.UploadDir}; logs {options.Logging.LogDir}"),
            ("login", options.Auth.Enabled ? $"tokens ({options.Auth.Algorithm})" : "none"),
            ("configuration", configuration.File ?? "defaults; no config.json"),
        ];
        int width = lines.Max(line => line.Name.Length);
        output.Write("Parley server\n" + string.Concat(lines.Select(line => $"  {line.Name.PadRight(width)}  {line.Value}\n")));
        output.Flush();
    }

    /// <summary>Logs the effective configuration, one line for each section, and what was noticed while it was read.</summary>
    public static void Log(ILogger logger, EffectiveConfiguration configuration)
    {
        foreach (IGrouping<string, (string Key, string Value, string Source)> section in configuration.Rows().GroupBy(row => SettingTable.SectionOf(row.Key), StringComparer.Ordinal))
            logger.EffectiveValues(section.Key, string.Join(", ", section.Select(row => $"{row.Key[(section.Key.Length + 1)..]}={row.Value}{(row.Source is EffectiveConfiguration.DefaultSource ? "" : $" ({row.Source})")}")));
        foreach (string warning in configuration.Warnings)
            logger.ConfigurationWarning(warning);
        foreach (string note in configuration.Notes)
            logger.ConfigurationNote(note);
        foreach (string warning in StartupCheck.PlatformWarnings())
            logger.PlatformWarning(warning);
    }
}
