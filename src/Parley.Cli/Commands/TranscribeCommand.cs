using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging;
using Parley.Asr;
using Parley.Cli.Configuration;
using Parley.Cli.Downloading;
using Parley.Cli.Terminals;
using Parley.Cli.Transcribing;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Server.Configuration.Keys;
using Parley.Speakers;
using Parley.Transcripts;

namespace Parley.Cli.Commands;

/// <summary><c>parley transcribe</c>: recordings in, transcripts out.</summary>
internal sealed class TranscribeCommand : ExampleCommand
{
    private const string AllFormats = "all";
    private const int MaxSpeakerCount = 1000;
    private static readonly string[] ProfileNames = [.. Enum.GetNames<VadProfile>().Select(name => name.ToLowerInvariant())];
    private static readonly string[] FormatNames = [.. Enum.GetNames<TranscriptFormat>().Select(name => name.ToLowerInvariant()), AllFormats];

    private readonly CommonOptions _common;

    private readonly Argument<string[]> _inputs = new("INPUT")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "Recordings, folders of recordings, patterns such as 'talks/*.mp3', or - for standard input.",
    };

    private readonly Option<string?> _output = new("--output", "-o", "--output-dir")
    {
        HelpName = "PATH",
        Description = "Directory for the results, or one file when the name ends like one (.txt, .json, .srt, .vtt, .rttm, .docx), or - for standard output. "
            + "Default: standard output for one recording in one format, else beside each recording. Files of earlier runs are replaced in a directory that is named here, but not beside recordings.",
    };

    private readonly Option<string[]> _formats = new("--format", "-f", "--output-format")
    {
        HelpName = string.Join('|', FormatNames),
        Description = "What to write; may be repeated or separated by commas. Default: txt on standard output, by its name for a file, else txt and srt.",
    };

    private readonly Option<int?> _speakers = NumberOption.Create("--speakers", ["--num-speakers"], "N", "Exactly so many people speak.", 1, MaxSpeakerCount);

    private readonly Option<int?> _minSpeakers = NumberOption.Create("--min-speakers", [], "N", "At least so many people speak.", 1, MaxSpeakerCount);

    private readonly Option<int?> _maxSpeakers = NumberOption.Create("--max-speakers", [], "N", "At most so many people speak.", 1, MaxSpeakerCount);

    private readonly Option<bool> _noDiarize = new("--no-diarize") { Description = "Do not tell speakers apart: no labels, less work." };

    private readonly Option<bool> _itn = new("--itn") { Description = "Write numbers that are spoken in Mandarin in figures: 百分之三点五 becomes 3.5%." };

    private readonly Option<string?> _hotwords = new("--hotwords", "--hotword")
    {
        HelpName = "WORDS",
        Description = "Words that are likely to be said, such as names, separated by blanks. Needs a bundle whose recogniser takes hotwords.",
    };

    private readonly Option<string?> _hotwordsFile = new("--hotwords-file") { HelpName = "FILE", Description = "A text file with a hotword on each line." };

    private readonly Option<bool> _noWords = new("--no-words") { Description = "json: leave out the times of every word." };

    private readonly Option<bool> _recursive = new("--recursive", "-r") { Description = "Search folders with their subfolders." };

    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace existing files beside the recordings, too." };

    private readonly Option<bool> _skipExisting = new("--skip-existing") { Description = "Leave out recordings whose results are all there." };

    private readonly Option<int?> _threads = NumberOption.Create(
        "--threads", [], "N", "Threads of the models. Default: one for each core.", 1, ModelKeys.MaxThreads);

    private readonly Option<double?> _batchSeconds = NumberOption.Create(
        "--batch-seconds", [], "S", "Seconds of audio in one call of the recogniser; more takes more memory. Default: 60.", ModelKeys.MinBatchSeconds, ModelKeys.MaxBatchSeconds);

    private readonly Option<string?> _device = new("--device")
    {
        HelpName = "NAME",
        Description = $"Device that runs the models: {string.Join(", ", DeviceManager.KnownNames)}; cuda:1 for the second of a kind. Default: auto.",
    };

    private readonly Option<string?> _vadProfile = new("--vad-profile")
    {
        HelpName = string.Join('|', ProfileNames),
        Description = "What ends a segment: a fixed pause, or one that shrinks while the segment grows. Default: classic.",
    };

    private readonly Option<string?> _language = new("--language")
    {
        HelpName = string.Join('|', PromptLanguage.Codes),
        Description = "The language that is spoken, for models that can be told (SenseVoice). Default: auto, the model finds out.",
    };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show errors only." };

    public TranscribeCommand(Terminal terminal)
        : base("transcribe", "Write down who said what in audio and video files.", """
            parley transcribe interview.m4a                           the text, on standard output
            parley transcribe interview.m4a --speakers 2 -o talk.srt  subtitles with two speakers, in talk.srt
            parley transcribe recordings/ -o transcripts -f all       every recording of a folder, in all formats
            ffmpeg -i call.mkv -f wav - | parley transcribe -         from another program
            """)
    {
        Arguments.Add(_inputs);
        foreach (Option option in new Option[]
        {
            _output, _formats, _speakers, _minSpeakers, _maxSpeakers, _noDiarize, _hotwords, _hotwordsFile, _itn, _noWords, _recursive, _overwrite, _skipExisting, _threads, _device,
            _batchSeconds, _vadProfile, _language, _quiet,
        })
        {
            Options.Add(option);
        }

        _common = new CommonOptions(this, runsModels: true);
        _vadProfile.AcceptOnlyFromAmong(ProfileNames);
        _language.AcceptOnlyFromAmong([.. PromptLanguage.Codes]);
        Validators.Add(CheckSpeakers);
        Validators.Add(result =>
        {
            if (result.GetResult(_overwrite) is not null && result.GetResult(_skipExisting) is not null)
                result.AddError("--overwrite and --skip-existing contradict each other.");
        });
        _formats.Validators.Add(CheckFormats);
        _device.Validators.Add(CheckDevice);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, terminal, cancellationToken));
    }

    private static void CheckFormats(OptionResult result)
    {
        foreach (string name in Split(result.Tokens.Select(token => token.Value)))
        {
            if (!FormatNames.Contains(name, StringComparer.OrdinalIgnoreCase))
                result.AddError($"Unknown format '{name}'. Formats: {string.Join(", ", FormatNames)}.");
        }
    }

    private static void CheckDevice(OptionResult result)
    {
        if (result.Tokens is [var token] && !DeviceManager.IsKnownName(token.Value))
            result.AddError($"'{token.Value}' is no device. Known: {string.Join(", ", DeviceManager.KnownNames)}.");
    }

    private static IEnumerable<string> Split(IEnumerable<string> values) => values.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries));

    private static List<TranscriptFormat> ParseFormats(IEnumerable<string> values)
        => [.. Split(values)
            .SelectMany(name => name.Equals(AllFormats, StringComparison.OrdinalIgnoreCase) ? Enum.GetValues<TranscriptFormat>() : [Enum.Parse<TranscriptFormat>(name, ignoreCase: true)])
            .Distinct()];

    private void CheckSpeakers(CommandResult result)
    {
        // A value that is no number has its own message.
        int? Count(Option option) => result.GetResult(option)?.Tokens is [var token] ? NumberOption.Parse(token.Value, 1, MaxSpeakerCount) : null;
        int? exact = Count(_speakers), min = Count(_minSpeakers), max = Count(_maxSpeakers);
        if (exact is not null && (min is not null || max is not null))
            result.AddError("--speakers says it exactly; leave out --min-speakers and --max-speakers.");
        if (min > max)
            result.AddError($"--min-speakers {min} is more than --max-speakers {max}.");
        if (result.GetValue(_noDiarize) && (exact ?? min ?? max) is not null)
            result.AddError("--no-diarize does not go with a number of speakers.");
    }

    private async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        Settings settings = _common.ReadSettings(parsed, terminal);
        bool quiet = parsed.GetValue(_quiet);
        InputList inputs = InputList.Expand(parsed.GetRequiredValue(_inputs), parsed.GetValue(_recursive));
        List<string> failures = [];
        foreach ((string name, string problem) in inputs.Problems)
        {
            failures.Add(name);
            terminal.WriteError($"{name}: {problem}");
        }

        IReadOnlyList<string> hotwords = HotwordList.Read(parsed.GetValue(_hotwords), parsed.GetValue(_hotwordsFile));
        if (inputs.Files.Count == 0)
            return ExitCode.Failed;
        IReadOnlyList<PlannedInput> planned = OutputPlan.For(inputs, new OutputChoice(parsed.GetValue(_output), ParseFormats(parsed.GetValue(_formats) ?? [])));

        using ILoggerFactory loggers = _common.CreateLoggers(parsed, terminal, quiet);
        ModelBundleOptions bundleOptions = _common.BundleOptions(parsed, settings);
        string choice = settings.ChooseBundle(parsed.GetValue(_common.Models));
        await MissingBundles.FetchAsync(settings.AutoDownload, [choice], settings.ModelDirectory, bundleOptions.PreferQuantized, terminal, cancellationToken);
        ModelBundle bundle = _common.LoadBundle(parsed, settings);
        TranscriptionRequest request = new()
        {
            Diarize = !parsed.GetValue(_noDiarize),
            Speakers = new SpeakerCount(parsed.GetValue(_speakers), parsed.GetValue(_minSpeakers), parsed.GetValue(_maxSpeakers)),
            Recognition = new RecognitionWish { Hotwords = hotwords, Language = parsed.GetValue(_language), Itn = parsed.GetValue(_itn) },
        };
        if (hotwords.Count > 0 && HotwordSupport.Problem(bundle, bundleOptions.SearchFolders) is { } refused)
            throw new UsageException(refused);
        if (request.Recognition.Language is not null && !bundle.Asr.TakesLanguage)
            throw new UsageException($"The recogniser of the bundle {bundle.Name} cannot be told a language. Leave out --language, or use a bundle with SenseVoice.");
        if (request.Diarize && bundle.Speakers is null)
            throw new UsageException($"The bundle {bundle.Name} has no model that tells speakers apart. Use --no-diarize, or another bundle.");

        PipelineOptions options = OptionsFor(parsed, settings, request.Diarize, loggers);
        using PipelineTranscriber transcriber = new(bundle, options, request, terminal, loggers);
        bool verbose = parsed.GetValue(_common.Verbose);
        if (verbose)
            terminal.WriteError(ProcessFigures.Start(transcriber.LoadTime));
        TranscribeRunOptions runOptions = new(
            IncludeWords: !parsed.GetValue(_noWords),
            SkipExisting: parsed.GetValue(_skipExisting),
            KeepExisting: parsed.GetValue(_output) is null && !parsed.GetValue(_overwrite),
            Quiet: quiet,
            Verbose: verbose)
        { Language = request.Recognition.Language };
        TranscribeRun run = new(transcriber, terminal, Display(terminal, quiet), runOptions, TimeProvider.System);
        await run.RunAsync(planned, failures, cancellationToken);
        run.Summarize(failures);
        if (verbose)
            terminal.WriteError(ProcessFigures.End());
        return failures.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private PipelineOptions OptionsFor(ParseResult parsed, Settings settings, bool diarize, ILoggerFactory loggers)
    {
        BatchOptions batch = new();
        return new PipelineOptions
        {
            Diarize = diarize,
            VadProfile = parsed.GetValue(_vadProfile) is { } profile ? Enum.Parse<VadProfile>(profile, ignoreCase: true) : VadProfile.Classic,
            Batch = batch with { MaxBatchSeconds = parsed.GetValue(_batchSeconds) ?? settings.BatchSeconds ?? batch.MaxBatchSeconds },
            Inference = new InferenceOptions
            {
                Threads = parsed.GetValue(_threads) ?? settings.Threads,
                UseOptimized = _common.UseOptimized(parsed, settings),
                Devices = new DeviceManager(settings.DeviceOptions(parsed.GetValue(_device)), loggers.CreateLogger<DeviceManager>()),
            },
        };
    }

    private static IProgressDisplay Display(Terminal terminal, bool quiet)
        => quiet ? new SilentProgress()
            : terminal.Interactive is { } console ? new BarProgress(console)
            : new LineProgress(terminal.WriteError, TimeProvider.System);
}
