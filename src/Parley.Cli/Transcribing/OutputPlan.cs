using Parley.Transcripts;

namespace Parley.Cli.Transcribing;

/// <summary>Where a recording's transcript goes in one format; no path means standard output.</summary>
internal sealed record OutputTarget(TranscriptFormat Format, string? Path);

/// <summary>A recording and all its outputs.</summary>
internal sealed record PlannedInput(InputFile Input, IReadOnlyList<OutputTarget> Targets);

/// <summary>What the user says about outputs.</summary>
/// <param name="Output">Value of --output; null without.</param>
/// <param name="Formats">Values of --format; empty without.</param>
internal sealed record OutputChoice(string? Output, IReadOnlyList<TranscriptFormat> Formats);

/// <summary>Gives every recording its output files, so that no two write the same one and none writes over a recording.</summary>
internal static class OutputPlan
{
    /// <summary>What is written when files are written and no format is named.</summary>
    public static IReadOnlyList<TranscriptFormat> FileDefaults { get; } = [TranscriptFormat.Txt, TranscriptFormat.Srt];

    private static readonly TranscriptFormat[] AllFormats = Enum.GetValues<TranscriptFormat>();

    /// <summary>Plans the outputs.</summary>
    /// <exception cref="UsageException">The wishes contradict each other.</exception>
    public static IReadOnlyList<PlannedInput> For(InputList inputs, OutputChoice choice)
    {
        bool toStandardOutput = choice.Output is InputFile.StandardInputName
            || (choice.Output is null && inputs.IsSingle && choice.Formats.Count <= 1);
        if (toStandardOutput)
        {
            if (inputs.Files.Count > 1 || choice.Formats.Count > 1)
                throw new UsageException("Standard output takes one recording in one format. Give a directory with --output.");
            TranscriptFormat format = choice.Formats.Count == 1 ? choice.Formats[0] : TranscriptFormat.Txt;
            return [.. inputs.Files.Select(input => new PlannedInput(input, [new OutputTarget(format, null)]))];
        }

        if (choice.Output is { } file && FormatOfFile(file) is { } byName)
        {
            if (!inputs.IsSingle || choice.Formats.Count > 1)
                throw new UsageException($"--output {file} names one file, but several would be written. Give a directory.");
            TranscriptFormat format = choice.Formats.Count == 1 ? choice.Formats[0] : byName;
            return Checked(inputs, [.. inputs.Files.Select(input => new PlannedInput(input, [new OutputTarget(format, Path.GetFullPath(file))]))]);
        }

        if (choice.Output is null && inputs.Files.Any(input => input.Path is null))
            throw new UsageException("Where should the files for standard input go? Give a directory with --output.");
        return Checked(inputs, InDirectories(inputs, choice));
    }

    /// <summary>The format that a file's name asks for; null when the path is meant as a directory.</summary>
    public static TranscriptFormat? FormatOfFile(string path)
    {
        if (Directory.Exists(path) || Path.EndsInDirectorySeparator(path))
            return null;
        foreach (TranscriptFormat format in AllFormats.OrderByDescending(format => TranscriptWriter.FileExtension(format).Length))
        {
            if (path.EndsWith(TranscriptWriter.FileExtension(format), StringComparison.OrdinalIgnoreCase))
                return format;
        }

        return File.Exists(path) ? TranscriptFormat.Txt : null;
    }

    private static List<PlannedInput> InDirectories(InputList inputs, OutputChoice choice)
    {
        IReadOnlyList<TranscriptFormat> formats = choice.Formats.Count > 0 ? choice.Formats : FileDefaults;
        string DirectoryOf(InputFile input) => choice.Output is null
            ? Path.GetDirectoryName(input.Path)!
            : Path.GetFullPath(Path.Combine(choice.Output, input.Below));

        // meeting.m4a gives meeting.srt; beside meeting.wav both keep their extension, whatever their order.
        HashSet<string> ambiguous = new(
            inputs.Files.GroupBy(input => Path.Combine(DirectoryOf(input), ShortStem(input)), StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key),
            StringComparer.OrdinalIgnoreCase);
        HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);
        List<PlannedInput> planned = [];
        foreach (InputFile input in inputs.Files)
        {
            string directory = DirectoryOf(input), shortStem = Path.Combine(directory, ShortStem(input)), longStem = Path.Combine(directory, input.FileName);
            IEnumerable<string> stems = ((IEnumerable<string>)(ambiguous.Contains(shortStem) ? [longStem] : [shortStem, longStem]))
                .Concat(Enumerable.Range(2, inputs.Files.Count).Select(number => $"{longStem} ({number})"));
            string stem = stems.First(candidate => formats.All(format => !used.Contains(candidate + TranscriptWriter.FileExtension(format))));
            OutputTarget[] targets = [.. formats.Select(format => new OutputTarget(format, stem + TranscriptWriter.FileExtension(format)))];
            used.UnionWith(targets.Select(target => target.Path!));
            planned.Add(new PlannedInput(input, targets));
        }

        return planned;
    }

    private static string ShortStem(InputFile input) => Path.GetFileNameWithoutExtension(input.FileName) is { Length: > 0 } stem ? stem : input.FileName;

    private static List<PlannedInput> Checked(InputList inputs, List<PlannedInput> planned)
    {
        HashSet<string> recordings = new(inputs.Files.Select(input => input.Path).OfType<string>(), StringComparer.OrdinalIgnoreCase);
        if (planned.SelectMany(input => input.Targets).FirstOrDefault(target => recordings.Contains(target.Path!)) is { } clash)
            throw new UsageException($"The output {clash.Path} is itself an input. Give another --output.");
        return planned;
    }
}
