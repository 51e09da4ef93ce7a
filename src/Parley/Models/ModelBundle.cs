namespace Parley.Models;

/// <summary>
/// The models of one pipeline: a directory for each stage, in FunASR's official ONNX layout. A bundle is a directory with a
/// <c>bundle.json</c> that names them, or a folder in which they can be recognised. Immutable.
/// </summary>
public sealed record ModelBundle
{
    private IReadOnlyDictionary<string, string> _recordedSha256 = new Dictionary<string, string>(StringComparer.Ordinal);

    private ModelBundle()
    {
    }

    /// <summary>Name from the manifest, else that of the directory.</summary>
    public required string Name { get; init; }

    /// <summary>Full path.</summary>
    public required string Directory { get; init; }

    /// <summary>What it is good for, in a sentence; null when it does not say.</summary>
    public string? Description { get; init; }

    /// <summary>Licence of the weights; null when it does not say.</summary>
    public string? Licence { get; init; }

    /// <summary>
    /// Mean word confidence, in [0, 1], below which the audio is probably nothing that the bundle was trained for; null when it was not measured.
    /// </summary>
    public double? OutOfDomainConfidence { get; init; }

    /// <summary>Cosine from which on a speaker has a known voice, as measured for this bundle's speaker model; null when nobody measured it.</summary>
    public double? KnownVoiceSimilarity { get; init; }

    /// <summary>Voice activity detection.</summary>
    public required VadModelFiles Vad { get; init; }

    /// <summary>Speech recognition.</summary>
    public required AsrModelFiles Asr { get; init; }

    /// <summary>Punctuation; null in a bundle whose recogniser sets the marks (<see cref="AsrModelFiles.Punctuates"/>).</summary>
    public PunctuationModelFiles? Punctuation { get; init; }

    /// <summary>Voice embeddings; null in a bundle that cannot tell speakers apart.</summary>
    public SpeakerModelFiles? Speakers { get; init; }

    /// <summary>The stages in pipeline order.</summary>
    public IReadOnlyList<StageModelFiles> Stages => [.. new StageModelFiles?[] { Vad, Asr, Punctuation, Speakers }.OfType<StageModelFiles>()];

    /// <summary>Finds a bundle, reads its configuration and checks its files. Networks are not loaded: the stages check their inputs and outputs.</summary>
    /// <param name="pathOrName">A directory, or a name such as <c>demo</c> (see <see cref="ModelBundleLocator"/>).</param>
    /// <param name="options">Which weights are taken, and where names are looked for.</param>
    /// <exception cref="ModelFileException">
    /// There is no such bundle, files are missing (all are listed), or a file is damaged or belongs to another model.
    /// </exception>
    public static ModelBundle Load(string pathOrName, ModelBundleOptions? options = null)
    {
        options ??= new ModelBundleOptions();
        string directory = ModelBundleLocator.Locate(pathOrName, options.SearchFolders);
        try
        {
            return LoadFrom(directory, options);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(directory, $"Cannot read the model bundle {directory}: {error.Message}", error);
        }
    }

    /// <summary>The SHA-256 that the manifest records for a file; null when it records none.</summary>
    public string? RecordedSha256(ModelFile file) => _recordedSha256.GetValueOrDefault(Path.GetRelativePath(Directory, file.Path).Replace('\\', '/'));

    private static ModelBundle LoadFrom(string directory, ModelBundleOptions options)
    {
        BundleManifest? manifest = BundleManifest.Read(directory);
        IReadOnlyDictionary<ModelStage, string> replaced = options.StageDirectories;
        IReadOnlyDictionary<ModelStage, string> own = manifest is null ? StageDirectories.Find(directory, [.. replaced.Keys]) : manifest.StageDirectories(directory);
        Dictionary<ModelStage, string> stages = new(own);
        foreach ((ModelStage stage, string other) in replaced)
            stages[stage] = StageDirectories.CheckStage(other, stage);
        CheckStages(directory, manifest is not null, stages, [ModelStage.Vad, ModelStage.Asr]);

        List<string> missing = [];
        StageReader Reader(ModelStage stage) => new(stages[stage], options, missing);
        VadModelFiles? vad = Reader(ModelStage.Vad).ReadVad();
        AsrModelFiles? asr = Reader(ModelStage.Asr).ReadAsr();
        if (asr is { Punctuates: false })
            CheckStages(directory, manifest is not null, stages, [ModelStage.Punctuation]);
        PunctuationModelFiles? punctuation = stages.ContainsKey(ModelStage.Punctuation) ? Reader(ModelStage.Punctuation).ReadPunctuation() : null;
        SpeakerModelFiles? speakers = stages.ContainsKey(ModelStage.Speakers) ? Reader(ModelStage.Speakers).ReadSpeakers() : null;
        if (missing.Count > 0 || vad is null || asr is null)
        {
            throw new ModelFileException(directory, $"The model bundle {directory} is incomplete; missing: {string.Join(", ", missing)}. "
                + "Fetch the models again, or correct the directories.");
        }

        return new ModelBundle
        {
            Name = NameOf(manifest?.Name ?? Path.GetFileName(directory), own, stages),
            Directory = directory,
            Description = manifest?.Description,
            Licence = manifest?.Licence,
            OutOfDomainConfidence = manifest?.OutOfDomainConfidence,
            KnownVoiceSimilarity = manifest?.KnownVoiceSimilarity,
            Vad = vad,
            Asr = asr,
            Punctuation = punctuation,
            Speakers = speakers,
            _recordedSha256 = (manifest?.Sha256 ?? [])
                .Where(entry => entry.Value is not null)
                .ToDictionary(entry => entry.Key, entry => entry.Value!.ToLowerInvariant(), StringComparer.Ordinal),
        };
    }

    // Results of a bundle with another stage are not results of the bundle.
    private static string NameOf(string name, IReadOnlyDictionary<ModelStage, string> own, Dictionary<ModelStage, string> stages)
        => string.Join('+', stages.OrderBy(stage => stage.Key)
            .Where(stage => own.TryGetValue(stage.Key, out string? directory) && !string.Equals(directory, stage.Value, StringComparison.Ordinal))
            .Select(stage => Path.GetFileName(stage.Value)).Prepend(name));

    private static void CheckStages(string directory, bool hasManifest, IReadOnlyDictionary<ModelStage, string> stages, ModelStage[] needed)
    {
        string[] absent = [.. needed.Where(stage => !stages.ContainsKey(stage)).Select(stage => stage.ToString().ToLowerInvariant())];
        if (absent.Length == 0)
            return;
        throw new ModelFileException(directory, hasManifest
            ? $"{Path.Combine(directory, BundleManifest.FileName)} names no directory for {string.Join(", ", absent)} under \"stages\"."
            : $"{directory} is no model bundle: it has neither a {BundleManifest.FileName} nor model directories for {string.Join(", ", absent)} "
                + "that could be recognised by the key model in their config.yaml.");
    }
}
