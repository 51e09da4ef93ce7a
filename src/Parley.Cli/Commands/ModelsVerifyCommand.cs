using System.CommandLine;
using Microsoft.Extensions.Logging;
using Parley.Cli.Configuration;
using Parley.Cli.Terminals;
using Parley.Models;

namespace Parley.Cli.Commands;

/// <summary><c>parley models verify</c>: whether a bundle can be used.</summary>
internal sealed class ModelsVerifyCommand : ExampleCommand
{
    private readonly Argument<string?> _bundle = new("BUNDLE") { Arity = ArgumentArity.ZeroOrOne, Description = "Name or directory; without it, the bundle that transcribe would use." };

    public ModelsVerifyCommand(Terminal terminal)
        : base("verify", "Check a bundle: files, recorded SHA-256, and every network's inputs and outputs by loading it.", """
            parley models verify                     status 0 when the bundle can be used, 1 when not
            parley models verify ~/Downloads/iic     before it is put to work
            """)
    {
        Arguments.Add(_bundle);
        CommonOptions common = new(this);
        SetAction((parsed, cancellationToken) =>
        {
            Settings settings = common.ReadSettings(parsed, terminal, parsed.GetValue(_bundle));
            ModelBundle bundle = common.LoadBundle(parsed, settings, parsed.GetValue(_bundle));
            using ILoggerFactory loggers = common.CreateLoggers(parsed, terminal);
            return Task.FromResult(Verify(bundle, terminal, loggers, cancellationToken));
        });
    }

    private static int Verify(ModelBundle bundle, Terminal terminal, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        bool areRight = true;
        List<string[]> rows = [];
        foreach (ModelFile file in bundle.Stages.SelectMany(stage => stage.Files).DistinctBy(file => file.Path, StringComparer.Ordinal))
        {
            string verdict = bundle.RecordedSha256(file) switch
            {
                null => "no SHA-256 recorded",
                { } recorded when string.Equals(recorded, file.ComputeSha256(cancellationToken), StringComparison.Ordinal) => "as recorded",
                _ => "DIFFERS from the recorded SHA-256",
            };
            areRight &= !verdict.StartsWith("DIFFERS", StringComparison.Ordinal);
            rows.Add([Path.GetRelativePath(bundle.Directory, file.Path), verdict]);
        }

        Columns.Write(terminal.Output, rows);
        using (TranscriptionPipeline.Load(bundle, new PipelineOptions { Diarize = bundle.Speakers is not null }, loggers))
            terminal.Output.Write($"all {bundle.Stages.Count} networks load and fit their stages\n");
        if (!areRight)
            terminal.WriteError($"The bundle {bundle.Name} has files that changed since it was made. Fetch them again.");
        return areRight ? ExitCode.Done : ExitCode.Failed;
    }
}
