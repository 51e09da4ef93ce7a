using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Audio;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Inference.Optimized;
using Parley.Models;
using Parley.Models.Onnx;

namespace Parley.Optimization;

/// <summary>
/// Makes networks faster without changing what they say: rewrites them, compares results and speed on this machine, and keeps what passes both; then gives
/// what runs the form that loads fast and that processes share. Safe for concurrent use, by several processes too.
/// </summary>
/// <param name="samplePath">A recording with speech, on which results are compared.</param>
/// <param name="logger">Told what became of each network.</param>
public sealed class ModelOptimizer(string samplePath, ILogger<ModelOptimizer>? logger = null)
{
    private const int DefaultRuns = 5, MostSampleSeconds = 30;

    private readonly ILogger _logger = logger ?? NullLogger<ModelOptimizer>.Instance;
    private readonly Lazy<float[]> _samples = new(() => ReadSample(samplePath));

    /// <summary>Runs of each network that its speed is taken from; odd, so that there is one in the middle.</summary>
    public int Runs { get; init; } = DefaultRuns;

    /// <summary>Whether networks with a verdict are tried again.</summary>
    public bool Again { get; init; }

    /// <summary>
    /// Whether a recogniser's weights may be rounded, to 7 bits: those of matrices on processors that are slow with 8 (x86 without VNNI), and the LSTM's. Two
    /// tokens in a hundred may become others then, and times may move by 20 ms.
    /// </summary>
    public bool RoundWeights { get; init; }

    /// <summary>The ways to rewrite; tests have others.</summary>
    internal IReadOnlyList<Rewrite>? Rewrites { get; init; }

    /// <summary>How speed is measured; tests have other clocks.</summary>
    internal SpeedMeasurement Speed { get; init; } = SpeedGate.Measure;

    /// <summary>Networks below this size are not mapped; tests have smaller ones.</summary>
    internal long SmallestMappedBytes { get; init; } = MappedModels.SmallestBytes;

    /// <summary>Whether a network could be rewritten or mapped, is large enough to gain by it, and has not been tried on this machine. Reads its 8-bit weights at most.</summary>
    /// <exception cref="ModelFileException">The file is damaged.</exception>
    /// <exception cref="IOException">It cannot be read any more.</exception>
    public static bool IsUntried(StageModelFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return new FileInfo(files.ModelPath) is { Exists: true, Length: >= MappedModels.SmallestBytes }
            && (NetworkMapping.IsUntried(files.ModelPath, MappedModels.SmallestBytes)
                || (OptimizedModels.Find(files.ModelPath) is null && Rewrite.Plans(files.Stage, OnnxModel.Read(files.ModelPath), Rewrite.All).Count > 0));
    }

    /// <summary>Tries a network. Takes some ten seconds for a large one; none when there is a verdict already.</summary>
    /// <param name="files">Its stage.</param>
    /// <param name="tell">Told each step; null for none.</param>
    /// <param name="cancellationToken">Ends it; nothing is left behind.</param>
    /// <exception cref="ModelFileException">The original is damaged, or cannot be loaded.</exception>
    /// <exception cref="InferenceException">The original does not run.</exception>
    /// <exception cref="AudioDecodeException">The sample is no recording.</exception>
    public StageOptimization Optimize(StageModelFiles files, Action<string>? tell, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        tell ??= static _ => { };
        StageOptimization result = Try(files, tell, cancellationToken);
        if (result.Outcome is not OptimizationOutcome.Busy)
            result = result with { Mapping = new NetworkMapping(files, _samples, tell).Run(SmallestMappedBytes, Again, cancellationToken) };
        _logger.Optimized(NameOf(files.Stage), result.Outcome, result.Reason, result.Mapping);
        return result;
    }

    private static bool IsHeldBack(OnnxModel model) => ProcessorTraits.SaturatesPairs && SignedWeights.Apply(model, new OnnxEdit(model), avoidSaturation: false) > 0;

    private static string NameOf(ModelStage stage) => stage.ToString().ToLowerInvariant();

    // Who allows rounding asks for another attempt; who does not keeps what there is.
    private OptimizationVerdict? Known(StageModelFiles files)
        => !Again && OptimizedModels.Find(files.ModelPath) is { } known && (known.MayRound || !MayRound(files)) ? known : null;

    // The other networks take little time.
    private bool MayRound(StageModelFiles files) => RoundWeights && files.Stage == ModelStage.Asr;

    private StageOptimization Try(StageModelFiles files, Action<string> tell, CancellationToken cancellationToken)
    {
        StageOptimization Ended(OptimizationOutcome outcome, string reason) => new(files.Stage, files.ModelPath, outcome, reason);
        if (Known(files) is { } known)
            return Of(files, known);
        OnnxModel model = OnnxModel.Read(files.ModelPath);
        IReadOnlyList<IReadOnlyList<Rewrite>> plans = Rewrite.Plans(files.Stage, model, Rewrites ?? (MayRound(files) ? Rewrite.WithRounding : Rewrite.All));
        if (plans.Count == 0)
            return Ended(OptimizationOutcome.NothingToRewrite, model.Obstacle ?? (IsHeldBack(model) ? "signed weights could saturate on this processor, which has no VNNI" : "nothing to rewrite"));
        if (OptimizedModels.WritableFolder(files.ModelPath) is not { } folder)
            return Ended(OptimizationOutcome.NotKept, $"neither {files.Directory} nor a folder of the user's own can be written; set {OptimizedModels.FolderVariable} to one");
        using ProfileLock? turn = OptimizedModels.TryLock(folder, files.ModelPath);
        if (turn is null)
            return Ended(OptimizationOutcome.Busy, "another process is at it");
        if (Known(files) is { } meanwhile)
            return Of(files, meanwhile);
        try
        {
            OptimizationVerdict verdict = new OptimizationTrial(files, model, folder, _samples.Value, tell) { Runs = Runs, Speed = Speed, MayRound = MayRound(files) }.Run(plans, cancellationToken);
            return Of(files, verdict);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Ended(OptimizationOutcome.NotKept, $"{folder} cannot be written: {error.Message.TrimEnd('.')}");
        }
    }

    private static StageOptimization Of(StageModelFiles files, OptimizationVerdict verdict)
        => new(files.Stage, files.ModelPath, verdict.Refusal is null ? OptimizationOutcome.Accepted : OptimizationOutcome.Refused, verdict.Refusal ?? verdict.Parity, verdict);

    private static float[] ReadSample(string path)
    {
        using AudioSource audio = AudioFile.Open(path, new AudioOptions(), CancellationToken.None);
        float[] samples = new float[MostSampleSeconds * AudioClock.SampleRateHz];
        int filled = 0;
        while (filled < samples.Length && audio.Read(samples.AsSpan(filled), CancellationToken.None) is > 0 and var read)
            filled += read;
        return filled >= AudioClock.SampleRateHz ? samples[..filled]
            : throw new AudioDecodeException(AudioFault.Empty, $"{path} is shorter than a second; networks cannot be compared on it.");
    }
}
