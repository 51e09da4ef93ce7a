using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;

namespace Parley.Optimization;

/// <summary>What a network answered to the samples.</summary>
/// <param name="Decisions">What the pipeline makes of each: tokens, segments, marks.</param>
/// <param name="Numbers">Its scores or embeddings, one array for each run. May differ by rounding.</param>
internal sealed record ProbeAnswer(IReadOnlyList<string[]> Decisions, IReadOnlyList<float[]> Numbers)
{
    /// <summary>When the tokens of each begin and end, in milliseconds; empty for stages without.</summary>
    public IReadOnlyList<int[]> Times { get; init; } = [];

    /// <summary>Whether all of it is equal, to the last bit.</summary>
    public bool IsSame(ProbeAnswer other) => IsSame(Decisions, other.Decisions) && IsSame(Numbers, other.Numbers) && IsSame(Times, other.Times);

    private static bool IsSame<T>(IReadOnlyList<T[]> one, IReadOnlyList<T[]> other)
        where T : IEquatable<T>
        => one.Count == other.Count && one.Zip(other).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
}

/// <summary>The samples of one stage, ready for its network, and what the pipeline makes of the answer. Safe for concurrent use.</summary>
internal abstract class StageProbe : IDisposable
{
    /// <summary>What decisions are called, such as <c>tokens and times</c>.</summary>
    public abstract string DecisionName { get; }

    /// <summary>The samples for a stage.</summary>
    /// <param name="files">Its files.</param>
    /// <param name="samples">A recording, mono at 16 kHz.</param>
    public static StageProbe For(StageModelFiles files, float[] samples) => files switch
    {
        VadModelFiles vad => new VadProbe(vad, samples),
        AsrModelFiles { Kind: RecognizerKind.SenseVoice } asr => new SenseVoiceProbe(asr, samples),
        AsrModelFiles asr => new AsrProbe(asr, samples),
        PunctuationModelFiles punctuation => new PunctuationProbe(punctuation),
        SpeakerModelFiles => new SpeakerProbe(samples),
        _ => throw new ArgumentOutOfRangeException(nameof(files), files.Stage, "Not a stage with a model."),
    };

    /// <summary>Runs all samples.</summary>
    /// <exception cref="InferenceException">A run failed.</exception>
    /// <exception cref="ModelFileException">The network is another one than the stage needs.</exception>
    public abstract ProbeAnswer Ask(ModelSession session, CancellationToken cancellationToken);

    /// <summary>What shows the ranges of values inside the network, one run for each; nothing where no rewrite asks for them.</summary>
    /// <param name="session">The network, perhaps with more outputs.</param>
    /// <exception cref="ModelFileException">The network is another one than the stage needs.</exception>
    public virtual IEnumerable<CalibrationInput> Calibration(ModelSession session) => [];

    /// <summary>Lets go of what the samples needed.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Scores for made-up inputs of the usual lengths, where the stage keeps its scores to itself.</summary>
    protected static List<float[]> Scores(ModelStage stage, ModelSession session, string output, CancellationToken cancellationToken)
    {
        List<float[]> scores = [];
        foreach (int size in ProbeInputs.Sizes(stage))
        {
            using ModelOutputs outputs = session.Run(ProbeInputs.Make(stage, session.Inputs, size), cancellationToken);
            scores.Add(outputs.Floats(output).ToArray());
        }

        return scores;
    }
}
