namespace Parley.Models;

/// <summary>Recognises official model directories by what is in them, so that a folder of downloads is a bundle without a manifest.</summary>
internal static class StageDirectories
{
    /// <summary>Downloads lie as deep as <c>folder/iic/name</c>.</summary>
    private const int MaxDepth = 3;

    private static readonly Dictionary<string, ModelStage> StageOfModel = new(StringComparer.OrdinalIgnoreCase)
    {
        ["FsmnVADStreaming"] = ModelStage.Vad,
        ["FsmnVAD"] = ModelStage.Vad,
        ["Paraformer"] = ModelStage.Asr,
        ["BiCifParaformer"] = ModelStage.Asr,
        ["SeacoParaformer"] = ModelStage.Asr,
        ["ContextualParaformer"] = ModelStage.Asr,
        [AsrConfig.SenseVoice] = ModelStage.Asr,
        ["CTTransformer"] = ModelStage.Punctuation,
        ["CAMPPlus"] = ModelStage.Speakers,
        ["ERes2Net"] = ModelStage.Speakers,
        ["ERes2NetV2"] = ModelStage.Speakers,
    };

    private static readonly (string File, ModelStage Stage)[] OlderNames =
        [("vad.yaml", ModelStage.Vad), ("asr.yaml", ModelStage.Asr), ("punc.yaml", ModelStage.Punctuation)];

    /// <summary>Chooses a directory for each stage that the folder has one for.</summary>
    /// <param name="folder">Where they lie.</param>
    /// <param name="except">Stages that are none of its business.</param>
    /// <exception cref="ModelFileException">Two directories serve the same stage.</exception>
    public static IReadOnlyDictionary<ModelStage, string> Find(string folder, IReadOnlyCollection<ModelStage>? except = null)
    {
        Dictionary<ModelStage, string> chosen = [];
        foreach (IGrouping<ModelStage, (ModelStage Stage, string Directory)> stage in Candidates(folder).Where(candidate => except?.Contains(candidate.Stage) is not true).GroupBy(candidate => candidate.Stage))
        {
            string[] directories = [.. stage.Select(candidate => candidate.Directory)];
            // Downloads for PyTorch carry the same configuration; they count only where nothing else is there.
            string[] withNetwork = [.. directories.Where(directory => Networks(directory).Length > 0)];
            string[] best = withNetwork.Length > 0 ? withNetwork : directories;
            if (best.Length > 1)
            {
                throw new ModelFileException(folder, $"{folder} has {best.Length} models for the stage {stage.Key.ToString().ToLowerInvariant()}: {string.Join(", ", best)}. "
                    + $"Keep one, or write a {BundleManifest.FileName} that names the one to use.");
            }

            chosen[stage.Key] = best[0];
        }

        return chosen;
    }

    /// <summary>Full path of a directory that is to serve a stage.</summary>
    /// <exception cref="ModelFileException">It holds a model for another stage.</exception>
    public static string CheckStage(string directory, ModelStage stage)
    {
        if (Recognise(directory) is { } found && found != stage)
            throw new ModelFileException(directory, $"{directory} holds a model for the stage {Name(found)}, not for {Name(stage)}.");
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));

        static string Name(ModelStage stage) => stage.ToString().ToLowerInvariant();
    }

    /// <summary>All model directories below a folder that can be recognised, other bundles left out.</summary>
    public static IEnumerable<(ModelStage Stage, string Directory)> Candidates(string folder) => Search(folder, MaxDepth);

    private static IEnumerable<(ModelStage Stage, string Directory)> Search(string folder, int depth)
    {
        foreach (string directory in Subdirectories(folder))
        {
            if (File.Exists(Path.Combine(directory, BundleManifest.FileName)))
                continue;
            if (Recognise(directory) is { } stage)
                yield return (stage, directory);
            else if (depth > 1)
            {
                foreach ((ModelStage, string) deeper in Search(directory, depth - 1))
                    yield return deeper;
            }
        }
    }

    private static string[] Subdirectories(string folder)
        => Readable(() => [.. Directory.EnumerateDirectories(folder).Where(directory => !Path.GetFileName(directory).StartsWith('.')).Order(StringComparer.Ordinal)]);

    private static string[] Networks(string directory) => Readable(() => [.. Directory.EnumerateFiles(directory, "*.onnx")]);

    // The folder may be anybody's: parts of it may be closed to us, or go away while we look.
    private static string[] Readable(Func<string[]> list)
    {
        try
        {
            return list();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static ModelStage? Recognise(string directory)
    {
        foreach ((string file, ModelStage stage) in OlderNames)
        {
            if (File.Exists(Path.Combine(directory, file)))
                return stage;
        }

        string config = Path.Combine(directory, "config.yaml");
        if (File.Exists(config))
            return ModelName(config) is { } model && StageOfModel.TryGetValue(model, out ModelStage known) ? known : null;

        // Speaker networks are published as a single file with a telling name.
        string[] networks = Networks(directory);
        return networks.Length > 0 && networks.Append(directory).Select(path => Path.GetFileName(path)!)
            .Any(name => name.Contains("campplus", StringComparison.OrdinalIgnoreCase) || name.Contains("eres2net", StringComparison.OrdinalIgnoreCase))
            ? ModelStage.Speakers : null;
    }

    /// <summary>The <c>model</c> key; null when the file is not ours to read (other programs have a config.yaml, too).</summary>
    private static string? ModelName(string config)
    {
        try
        {
            return YamlFile.Read(config)["model"].AsText();
        }
        catch (ModelFileException)
        {
            return null;
        }
    }
}
