using System.CommandLine;
using Parley.Cli.Configuration;
using Parley.Cli.Terminals;
using Parley.Cli.Transcribing;
using Parley.Models;
using Parley.Models.Packaging;

namespace Parley.Cli.Commands;

/// <summary><c>parley models export</c>: a bundle as one file.</summary>
internal sealed class ModelsExportCommand : ExampleCommand
{
    private readonly Argument<string> _bundle = new("BUNDLE") { Description = "Name or directory of a bundle." };

    private readonly Option<string> _output = new("--output", "-o") { HelpName = "FILE.tar", Required = true, Description = "The archive to write." };

    public ModelsExportCommand(Terminal terminal)
        : base("export", "Write a bundle into one file, for machines without internet; parley models import reads it.", """
            parley models export paraformer-zh -o paraformer-zh.tar
            """)
    {
        Arguments.Add(_bundle);
        Options.Add(_output);
        CommonOptions common = new(this);
        SetAction((parsed, cancellationToken) =>
        {
            Settings settings = common.ReadSettings(parsed, terminal);
            ModelBundle bundle = ModelBundle.Load(parsed.GetValue(_bundle)!, common.BundleOptions(parsed, settings));
            string path = Path.GetFullPath(parsed.GetValue(_output)!);
            AtomicFile.WriteBytes(path, stream => BundlePackage.Write(bundle, stream, cancellationToken));
            terminal.Output.Write($"{path}\n");
            return Task.FromResult(ExitCode.Done);
        });
    }
}
