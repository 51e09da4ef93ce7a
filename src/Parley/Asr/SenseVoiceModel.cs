using Parley.Inference;
using Parley.Models;

namespace Parley.Asr;

/// <summary>Runs a SenseVoice network: features and a prompt in, scores for every frame out. Safe for concurrent calls.</summary>
/// <remarks>An et al., "FunAudioLLM", 2024. The official export of SenseVoice-small, with the numbers of the prompt as 32-bit or 64-bit integers.</remarks>
internal sealed class SenseVoiceModel
{
    /// <summary>Frames before those of the speech: the answers for language, emotion, event and text normalisation, in this order.</summary>
    public const int TagFrames = 4;

    public const string Speech = "speech";
    public const string SpeechLengths = "speech_lengths";
    public const string Language = "language";
    public const string TextNorm = "textnorm";
    public const string Logits = "ctc_logits";
    public const string Lengths = "encoder_out_lens";

    // Rows of the prompt table: with and without inverse text normalisation, which writes the marks, too.
    private const int WithItn = 14, WithoutItn = 15;

    private readonly ModelSession _session;
    private readonly Dictionary<string, TensorType> _integers;

    /// <summary>Checks the network's inputs and outputs.</summary>
    /// <param name="session">The network (<c>model.onnx</c>); the caller keeps it.</param>
    /// <exception cref="ModelFileException">The file is no SenseVoice export.</exception>
    public SenseVoiceModel(ModelSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        _session = session;
        if (!session.Inputs.Any(input => input.Name is Language) || !session.Inputs.Any(input => input.Name is TextNorm))
        {
            throw new ModelFileException(session.ModelPath, $"{session.ModelPath} is no SenseVoice network, which the config.yaml beside it promises: "
                + $"it has no inputs {Language} and {TextNorm}, but {string.Join(", ", session.Inputs.Select(input => input.Name))}. "
                + "Put files of one model together: model.onnx, config.yaml, am.mvn and tokens.json of the same repository.");
        }

        session.RequireInput(Speech, TensorType.Float, -1, -1, EncoderBatch.FeatureSize);
        _integers = new[] { SpeechLengths, Language, TextNorm }.ToDictionary(name => name, name => IntegerInput(session, name), StringComparer.Ordinal);
        Classes = session.RequireOutput(Logits, TensorType.Float, -1, -1, -1).Shape[2];
        TensorSpec? lengths = session.Outputs.FirstOrDefault(output => output.Name is Lengths);
        session.RequireOutput(Lengths, lengths?.Type == TensorType.Int64 ? TensorType.Int64 : TensorType.Int32, -1);
    }

    /// <summary>Classes of the output; -1 when the file leaves it open.</summary>
    public long Classes { get; }

    /// <summary>Runs a batch.</summary>
    /// <param name="batch">Its rows.</param>
    /// <param name="language">A language tag, as <see cref="PromptLanguage"/> reads it; null lets the model find out.</param>
    /// <param name="itn">Whether the text shall have marks, and figures in place of number words.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="InferenceException">The run failed, or its output has a shape that cannot be.</exception>
    public SenseVoiceOutput Run(EncoderBatch batch, string? language, bool itn, CancellationToken cancellationToken)
    {
        long segments = batch.Lengths.Length;
        ModelInput Same(string name, int value) => Integers(name, [.. Enumerable.Repeat(value, (int)segments)]);
        ModelOutputs outputs = _session.Run(
            [
                ModelInput.Of(Speech, batch.Speech, segments, batch.Frames, EncoderBatch.FeatureSize),
                Integers(SpeechLengths, batch.Lengths),
                Same(Language, PromptLanguage.IdOf(language)),
                Same(TextNorm, itn ? WithItn : WithoutItn),
            ],
            cancellationToken);
        try
        {
            return new SenseVoiceOutput(outputs, batch, _session);
        }
        catch
        {
            outputs.Dispose();
            throw;
        }
    }

    private static TensorType IntegerInput(ModelSession session, string name)
    {
        bool isLong = session.Inputs.Any(input => string.Equals(input.Name, name, StringComparison.Ordinal) && input.Type == TensorType.Int64);
        return session.RequireInput(name, isLong ? TensorType.Int64 : TensorType.Int32, -1).Type;
    }

    private ModelInput Integers(string name, int[] values)
        => _integers[name] == TensorType.Int64
            ? ModelInput.Of(name, values.Select(value => (long)value).ToArray(), values.Length)
            : ModelInput.Of(name, values, values.Length);
}
