using System.CommandLine;
using Parley.Cli.Configuration;
using Parley.Cli.Terminals;
using Parley.Models;

namespace Parley.Cli.Commands;

/// <summary><c>parley models show</c>: what a bundle holds.</summary>
internal sealed class ModelsShowCommand : ExampleCommand
{
    private readonly Argument<string?> _bundle = new("BUNDLE") { Arity = ArgumentArity.ZeroOrOne, Description = "Name or directory; without it, the bundle that transcribe would use." };

    public ModelsShowCommand(Terminal terminal)
        : base("show", "Describe a bundle: stages, files with their SHA-256, licence.", """
            parley models show                       the bundle that transcribe uses
            parley models show /srv/models/large     any directory
            """)
    {
        Arguments.Add(_bundle);
        CommonOptions common = new(this);
        SetAction((parsed, cancellationToken) =>
        {
            Settings settings = common.ReadSettings(parsed, terminal, parsed.GetValue(_bundle));
            Show(common.LoadBundle(parsed, settings, parsed.GetValue(_bundle)), terminal.Output, cancellationToken);
            return Task.FromResult(ExitCode.Done);
        });
    }

    private static void Show(ModelBundle bundle, TextWriter output, CancellationToken cancellationToken)
    {
        List<string[]> head = [["name", bundle.Name], ["directory", bundle.Directory]];
        if (bundle.Description is { } description)
            head.Add(["description", ErrorText.OneLine(description)]);
        if (bundle.Licence is { } licence)
            head.Add(["licence", ErrorText.OneLine(licence)]);
        string marks = bundle.Punctuation is { } punctuation ? $"{punctuation.Tokens.Count} for punctuation" : "which sets the marks";
        head.Add(["vocabulary", $"{bundle.Asr.Tokens.Count} tokens for recognition, {marks}"]);
        if (bundle.OutOfDomainConfidence is { } confidence)
            head.Add(["out of domain", $"mean confidence below {confidence}"]);
        Columns.Write(output, head);
        foreach (StageModelFiles stage in bundle.Stages)
        {
            output.Write($"{stage.Stage.ToString().ToLowerInvariant()}: {stage.Name}{(stage.IsQuantized ? " (quantised)" : string.Empty)}\n");
            Columns.Write(output, [.. stage.Files.Select(file => new[] { Path.GetFileName(file.Path), Size.Of(file.Length), file.ComputeSha256(cancellationToken) })], "  ");
        }
    }
}
