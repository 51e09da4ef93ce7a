using System.CommandLine;
using Parley.Cli.Configuration;
using Parley.Cli.Terminals;
using Parley.Models;
using Parley.Models.Packaging;

namespace Parley.Cli.Commands;

/// <summary><c>parley models remove</c>: takes a bundle away.</summary>
internal sealed class ModelsRemoveCommand : ExampleCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "Name of an installed bundle." };

    private readonly Option<string?> _from = new("--from") { HelpName = "DIR", Description = "Folder in which the bundle lies. Default: funasr.model_dir, then the user's own folder." };

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask." };

    public ModelsRemoveCommand(Terminal terminal)
        : base("remove", "Remove an installed bundle from the disk.", """
            parley models remove paraformer-zh          asks first
            parley models remove paraformer-zh --yes    for scripts
            """)
    {
        Arguments.Add(_name);
        Options.Add(_from);
        Options.Add(_yes);
        CommonOptions common = new(this);
        SetAction(async (parsed, cancellationToken) =>
        {
            Settings settings = common.ReadSettings(parsed, terminal);
            // What came with the program is the program's.
            IReadOnlyList<string> folders = parsed.GetValue(_from) is { } given ? [given] : [.. settings.SearchFolders, ModelBundleLocator.UserFolder];
            string directory = BundleRemoval.Find(parsed.GetValue(_name)!, folders);
            if (!parsed.GetValue(_yes) && !Consent.Ask(terminal, $"Remove {directory} and all that is in it?", "--yes"))
            {
                terminal.WriteError("Nothing was removed.");
                return ExitCode.Failed;
            }

            await BundleRemoval.RemoveAsync(directory, () => terminal.WriteError("Another process works on this bundle; waiting for it."), cancellationToken);
            terminal.WriteError($"Removed {directory}");
            return ExitCode.Done;
        });
    }
}
