using System.Collections;
using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Cli.Terminals;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Storage;

namespace Parley.Cli.Commands;

/// <summary><c>parley import-cache</c>: results of funasr_spk_server into the server's own database.</summary>
internal sealed class ImportCacheCommand : ExampleCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "The cache of funasr_spk_server, usually transcription_cache.db. It is only read." };

    private readonly Option<string?> _config = new("--config") { HelpName = "FILE", Description = "Configuration file of the server. Default: config.json of the current directory." };

    private readonly Option<string?> _dataDirectory = new("--data-dir") { HelpName = "DIR", Description = "As for parley serve: where the server's database lies, unless database.path says otherwise." };

    public ImportCacheCommand(Terminal terminal)
        : base("import-cache", "Take the cached results of funasr_spk_server over, so that no recording is transcribed twice. The server must not run meanwhile.", """
            parley import-cache old/data/transcription_cache.db          into the database that config.json names
            parley import-cache transcription_cache.db --data-dir /srv/parley
            """)
    {
        Arguments.Add(_file);
        Options.Add(_config);
        Options.Add(_dataDirectory);
        SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(_file),
            new ConfigurationRequest
            {
                File = parsed.GetValue(_config),
                Variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => entry.Value as string ?? "", StringComparer.Ordinal),
                DataDirectory = parsed.GetValue(_dataDirectory) is { } directory ? Path.GetFullPath(directory) : null,
            },
            terminal,
            cancellationToken));
    }

    private static async Task<int> RunAsync(string file, ConfigurationRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        EffectiveConfiguration configuration = ConfigurationReader.Read(request);
        foreach (string warning in configuration.Warnings)
            terminal.WriteError($"warning: {warning}");
        if (configuration.Errors.Count > 0)
            throw new UsageException(string.Join(" ", configuration.Errors));
        try
        {
            DatabaseOptions options = configuration.Options.Database;
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            using Database database = Database.Open(OldCache.PathsFor(options.Path).Own, TimeProvider.System, NullLogger.Instance);
            ImportReport report = await OldCacheImport.RunAsync(Path.GetFullPath(file), new ResultStore(database), options.OldestKept(now), now, cancellationToken);
            terminal.Output.Write($"imported {report.Imported} results into {database.Path}\n");
            foreach ((string reason, int count) in report.Skipped.OrderByDescending(item => item.Value))
                terminal.Output.Write($"skipped {count} rows: {reason}\n");
            if (report.Error is null)
                return ExitCode.Done;
            terminal.WriteError(ErrorText.OneLine(report.Error));
        }
        catch (StorageException error)
        {
            terminal.WriteError(ErrorText.OneLine(error.Message));
        }

        return ExitCode.Failed;
    }
}
