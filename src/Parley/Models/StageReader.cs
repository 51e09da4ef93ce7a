using Parley.Models.Onnx;

namespace Parley.Models;

/// <summary>
/// Reads one model directory in FunASR's official layout, or with the older file names. Files that are missing are collected,
/// so that the operator hears of all of them at once; damaged files end the reading.
/// </summary>
internal sealed class StageReader(string directory, ModelBundleOptions options, ICollection<string> missing)
{
    private const int SampleRateHz = 16_000;
    private const int DefaultMelBins = 80;
    private const int VadLfrM = 5;
    private const int AsrLfrM = 7;

    private readonly List<string> _files = [];

    public VadModelFiles? ReadVad()
    {
        bool isThere = DirectoryExists();
        (string? model, bool isQuantized) = FindNetwork(isThere);
        string? cmvn = Find(isThere, "am.mvn", "vad.mvn");
        string? config = Find(isThere, "config.yaml", "vad.yaml");
        if (model is null || cmvn is null || config is null)
            return null;

        OnnxFileCheck.Check(model);
        VadConfig settings = VadConfig.From(YamlFile.Read(config));
        CmvnFile.Read(cmvn, Dimension(config, settings.FrontEnd, VadLfrM));
        return new VadModelFiles { Directory = directory, ModelPath = model, IsQuantized = isQuantized, ConfigPath = config, CmvnPath = cmvn, Config = settings, Files = Files() };
    }

    public AsrModelFiles? ReadAsr()
    {
        bool isThere = DirectoryExists();
        (string? model, bool isQuantized) = FindNetwork(isThere);
        string? cmvn = Find(isThere, "am.mvn", "asr.mvn");
        string? config = Find(isThere, "config.yaml", "asr.yaml");
        (string? tokensPath, YamlValue? yaml) = FindTokens(isThere, config);
        if (model is null || cmvn is null || config is null || tokensPath is null)
            return null;

        OnnxFileCheck.Check(model);
        string? hotwords = FindHotwords(isQuantized);
        if (hotwords is not null)
            OnnxFileCheck.Check(hotwords);
        AsrConfig settings = AsrConfig.From(yaml ?? YamlFile.Read(config));
        CmvnFile.Read(cmvn, Dimension(config, settings.FrontEnd, AsrLfrM));
        return new AsrModelFiles
        {
            Directory = directory,
            ModelPath = model,
            IsQuantized = isQuantized,
            ConfigPath = config,
            CmvnPath = cmvn,
            TokensPath = tokensPath,
            Tokens = ReadTokens(tokensPath, yaml),
            Kind = KindOf(settings, model),
            HotwordModelPath = hotwords,
            SegmentDictionaryPath = hotwords is null ? null : FindOptional("seg_dict"),
            Config = settings,
            Files = Files(),
        };
    }

    public PunctuationModelFiles? ReadPunctuation()
    {
        bool isThere = DirectoryExists();
        (string? model, bool isQuantized) = FindNetwork(isThere);
        string? config = Find(isThere, "config.yaml", "punc.yaml");
        (string? tokensPath, YamlValue? yaml) = FindTokens(isThere, config);
        if (model is null || config is null || tokensPath is null)
            return null;

        OnnxFileCheck.Check(model);
        PunctuationConfig settings = PunctuationConfig.From(yaml ?? YamlFile.Read(config), config);
        return new PunctuationModelFiles
        {
            Directory = directory,
            ModelPath = model,
            IsQuantized = isQuantized,
            ConfigPath = config,
            TokensPath = tokensPath,
            Tokens = ReadTokens(tokensPath, yaml),
            Config = settings,
            Files = Files(),
        };
    }

    public SpeakerModelFiles? ReadSpeakers()
    {
        (string? model, bool isQuantized) = FindNetwork(DirectoryExists());
        string? config = FindOptional("config.yaml");
        if (model is null)
            return null;

        OnnxFileCheck.Check(model);
        return new SpeakerModelFiles
        {
            Directory = directory,
            ModelPath = model,
            IsQuantized = isQuantized,
            ConfigPath = config,
            Config = config is null ? new SpeakerConfig() : SpeakerConfig.From(YamlFile.Read(config)),
            Files = Files(),
        };
    }

    // The inputs that only SenseVoice has are looked for where the configuration names no network.
    private static RecognizerKind KindOf(AsrConfig config, string model)
    {
        bool isSenseVoice = config.Model is { } name
            ? name.Equals(AsrConfig.SenseVoice, StringComparison.OrdinalIgnoreCase)
            : OnnxModel.Read(model).Declared is { } names && names.Contains("language") && names.Contains("textnorm");
        return isSenseVoice ? RecognizerKind.SenseVoice : RecognizerKind.Paraformer;
    }

    private static IReadOnlyList<string> ReadTokens(string path, YamlValue? yaml)
        => yaml is null ? TokenFile.Read(path) : TokenFile.Checked(path, yaml["token_list"].AsTexts() ?? []);

    /// <summary>Values of a stacked frame, after a check of what the front end is asked for.</summary>
    private static int Dimension(string config, FrontEndConfig frontEnd, int defaultLfrM)
    {
        if (frontEnd.SampleRateHz is { } rate && rate != SampleRateHz)
            throw new ModelFileException(config, $"{config}: expected frontend_conf.fs {SampleRateHz}, found {rate}. Only models for 16 kHz can be used.");
        if (frontEnd.MelBins is { } bins && bins != DefaultMelBins)
            throw new ModelFileException(config, $"{config}: expected frontend_conf.n_mels {DefaultMelBins}, found {bins}. All stages share {DefaultMelBins} mel bins.");
        if (frontEnd.LfrM is < 1 or > 64 || frontEnd.LfrN is < 1 or > 64)
            throw new ModelFileException(config, $"{config}: expected lfr_m and lfr_n between 1 and 64, found {frontEnd.LfrM} and {frontEnd.LfrN}.");
        return DefaultMelBins * (frontEnd.LfrM ?? defaultLfrM);
    }

    private bool DirectoryExists()
    {
        if (Directory.Exists(directory))
            return true;
        missing.Add(directory + Path.DirectorySeparatorChar);
        return false;
    }

    /// <summary>The network: full or quantised as asked, whichever there is, or the only .onnx file of the directory.</summary>
    private (string? Path, bool IsQuantized) FindNetwork(bool isThere)
    {
        if (!isThere)
            return default;
        string full = Path.Combine(directory, "model.onnx"), quantized = Path.Combine(directory, "model_quant.onnx");
        bool hasFull = File.Exists(full), hasQuantized = File.Exists(quantized);
        if (hasQuantized && (options.PreferQuantized || !hasFull))
            return (Add(quantized), true);
        if (hasFull)
            return (Add(full), false);
        if (Directory.GetFiles(directory, "*.onnx") is [string only])
            return (Add(only), only.Contains("int8", StringComparison.OrdinalIgnoreCase) || only.Contains("quant", StringComparison.OrdinalIgnoreCase));

        bool isPyTorch = Directory.EnumerateFiles(directory, "*.pt").Any() || Directory.EnumerateFiles(directory, "*.bin").Any();
        missing.Add(isPyTorch ? $"{full} (there are PyTorch weights; the ONNX export of this model is needed)" : full);
        return default;
    }

    /// <summary>The network for hotwords: quantised where the other one is, whichever there is.</summary>
    private string? FindHotwords(bool isQuantized)
        => (isQuantized ? HotwordSupport.Networks.Reverse() : HotwordSupport.Networks).Select(FindOptional).FirstOrDefault(path => path is not null);

    /// <summary>The vocabulary's file; old exports keep it in the configuration, which is then returned as read.</summary>
    private (string? Path, YamlValue? Config) FindTokens(bool isThere, string? config)
    {
        if (FindOptional("tokens.json") is { } json)
            return (json, null);
        if (FindOptional("tokens.txt") is { } text)
            return (text, null);
        if (config is not null && YamlFile.Read(config) is { } yaml && yaml["token_list"].IsPresent)
            return (config, yaml);
        if (isThere)
            missing.Add(Path.Combine(directory, "tokens.json"));
        return default;
    }

    private string? Find(bool isThere, string name, string olderName)
    {
        string? path = FindOptional(name) ?? FindOptional(olderName);
        if (path is null && isThere)
            missing.Add(Path.Combine(directory, name));
        return path;
    }

    private string? FindOptional(string name)
    {
        string path = Path.Combine(directory, name);
        return File.Exists(path) ? Add(path) : null;
    }

    private string Add(string path)
    {
        _files.Add(path);
        return path;
    }

    private ModelFile[] Files() => [.. _files.Distinct(StringComparer.Ordinal).Select(ModelFile.Of)];
}
