using System.CommandLine;
using Microsoft.Extensions.Logging;
using Parley.Audio;
using Parley.Cli.Configuration;
using Parley.Cli.Devices;
using Parley.Cli.Terminals;
using Parley.Models;
using Parley.Models.Packaging;
using Parley.Transcripts;

namespace Parley.Cli.Commands;

/// <summary><c>parley models import</c>: takes over files that were fetched elsewhere.</summary>
internal sealed class ModelsImportCommand : ExampleCommand
{
    private readonly Argument<string> _source = new("DIR|TAR") { Description = "A directory with a directory for each stage, or a .tar or .tar.gz of one, such as parley models export writes." };

    private readonly Option<string?> _name = new("--name") { HelpName = "NAME", Description = "Name of the bundle here. Default: that of its manifest, else of the directory or file." };

    private readonly Option<string?> _into = ModelFolderOption.Create();

    private readonly Option<bool> _replace = new("--replace") { Description = "Replace an installed bundle of the same name." };

    private readonly CommonOptions _common;

    public ModelsImportCommand(Terminal terminal)
        : base("import", "Install models from files: recognises the stages, says what is missing, and runs every stage once on a sample.", """
            parley models import ~/Downloads/iic --name office   directories of official files
            parley models import paraformer-zh.tar               on a machine without internet
            """)
    {
        Arguments.Add(_source);
        foreach (Option option in new Option[] { _name, _into, _replace })
            Options.Add(option);
        _common = new CommonOptions(this);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, terminal, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        Settings settings = _common.ReadSettings(parsed, terminal);
        using ILoggerFactory loggers = _common.CreateLoggers(parsed, terminal);
        string sample = SampleAudio.Find(SampleAudio.Short);
        BundleImport import = new(ModelFolderOption.Of(parsed.GetValue(_into)));
        string directory = await import.RunAsync(
            parsed.GetValue(_source)!,
            parsed.GetValue(_name),
            parsed.GetValue(_replace),
            bundle => TryAsync(bundle, sample, terminal, loggers, cancellationToken),
            () => terminal.WriteError("Another process works on this bundle; waiting for it."),
            cancellationToken);
        terminal.Output.Write($"{directory}\n");
        if (settings.SearchFolders.Concat(ModelBundleLocator.StandardFolders).All(folder => !string.Equals(Path.GetFullPath(folder), Path.GetDirectoryName(directory), StringComparison.Ordinal)))
            terminal.WriteError($"Its name is not looked for there: use --models {directory}.");
        return ExitCode.Done;
    }

    /// <summary>Every stage once, from the audio to the speakers: what cannot be used is found here and not in somebody's first recording.</summary>
    private static async Task TryAsync(ModelBundle bundle, string sample, Terminal terminal, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        bool diarize = bundle.Speakers is not null;
        using TranscriptionPipeline pipeline = TranscriptionPipeline.Load(bundle, new PipelineOptions { Diarize = diarize }, loggers);
        using AudioSource audio = AudioFile.Open(sample, new AudioOptions(), cancellationToken);
        Transcript transcript = await pipeline.TranscribeAsync(audio, new TranscriptionRequest { Diarize = diarize }, cancellationToken: cancellationToken);
        terminal.WriteError($"All {bundle.Stages.Count} stages run; {Path.GetFileName(sample)}: {ErrorText.OneLine(string.Concat(transcript.Sentences.Select(sentence => sentence.Text)))}");
        if (!diarize)
            terminal.WriteError("It has no speaker model: everything works but labels.");
    }
}
