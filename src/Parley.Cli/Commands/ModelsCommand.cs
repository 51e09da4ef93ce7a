using Parley.Cli.Terminals;

namespace Parley.Cli.Commands;

/// <summary><c>parley models</c>: which models there are.</summary>
internal sealed class ModelsCommand : ExampleCommand
{
    public ModelsCommand(Terminal terminal)
        : base("models", "List, fetch, carry, describe and check model bundles.", """
            parley models list                 what is installed, and what can be fetched
            parley models pull paraformer-zh   fetch official models
            parley models import x.tar         install models from a file or a folder
            parley models show demo            stages, files and licence of a bundle
            parley models verify ./mine        check every file, and load every model once
            parley models optimize ./mine      make its networks faster, where results stay the same
            """)
    {
        Subcommands.Add(new ModelsListCommand(terminal));
        Subcommands.Add(new ModelsPullCommand(terminal));
        Subcommands.Add(new ModelsImportCommand(terminal));
        Subcommands.Add(new ModelsExportCommand(terminal));
        Subcommands.Add(new ModelsRemoveCommand(terminal));
        Subcommands.Add(new ModelsShowCommand(terminal));
        Subcommands.Add(new ModelsVerifyCommand(terminal));
        Subcommands.Add(new ModelsOptimizeCommand(terminal));
    }
}
