using Parley.Inference;
using Parley.Models;

namespace Parley.Asr;

/// <summary>Runs a Paraformer network: features in, scores, token counts and fires out. Safe for concurrent calls.</summary>
/// <remarks>
/// Gao et al., "Paraformer: Fast and Accurate Parallel Transformer for Non-autoregressive End-to-End Speech Recognition", Interspeech 2022.
/// The official exports: plain; with timestamps (BiCif: <c>us_alphas</c>, <c>us_cif_peak</c>); with a hotword input (contextual and SeACo: <c>bias_embed</c>),
/// which is given a row for each hotword and one that stands for none.
/// </remarks>
internal sealed class ParaformerModel
{
    public const string Speech = "speech";
    public const string SpeechLengths = "speech_lengths";
    public const string BiasEmbed = "bias_embed";
    public const string Logits = "logits";
    public const string TokenNum = "token_num";
    public const string UsAlphas = "us_alphas";
    public const string UsCifPeak = "us_cif_peak";

    private readonly ModelSession _session;

    /// <summary>Checks the network's inputs and outputs.</summary>
    /// <param name="session">The network (<c>model.onnx</c>); the caller keeps it.</param>
    /// <exception cref="ModelFileException">The file is no Paraformer export.</exception>
    public ParaformerModel(ModelSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        _session = session;
        if (session.Inputs.Any(input => input.Name is SenseVoiceModel.TextNorm))
        {
            throw new ModelFileException(session.ModelPath, $"{session.ModelPath} is a SenseVoice network, but the config.yaml beside it names another. "
                + "Put files of one model together: model.onnx, config.yaml, am.mvn and tokens.json of the same repository.");
        }

        session.RequireInput(Speech, TensorType.Float, -1, -1, EncoderBatch.FeatureSize);
        session.RequireInput(SpeechLengths, TensorType.Int32, -1);
        Classes = session.RequireOutput(Logits, TensorType.Float, -1, -1, -1).Shape[2];
        TensorSpec? counts = session.Outputs.FirstOrDefault(output => output.Name is TokenNum);
        session.RequireOutput(TokenNum, counts?.Type == TensorType.Int64 ? TensorType.Int64 : TensorType.Int32, -1);

        HasTimestamps = session.Outputs.Any(output => output.Name is UsAlphas or UsCifPeak);
        if (HasTimestamps)
        {
            session.RequireOutput(UsAlphas, TensorType.Float, -1, -1);
            session.RequireOutput(UsCifPeak, TensorType.Float, -1, -1);
        }

        if (session.Inputs.Any(input => input.Name is BiasEmbed))
            HotwordSize = session.RequireInput(BiasEmbed, TensorType.Float, -1, -1, -1).Shape[2];
    }

    /// <summary>Classes of the output; -1 when the file leaves it open.</summary>
    public long Classes { get; }

    /// <summary>Whether the network tells when tokens are spoken.</summary>
    public bool HasTimestamps { get; }

    /// <summary>Values of a hotword's embedding, -1 when the file leaves it open; null for a model without hotwords.</summary>
    public long? HotwordSize { get; }

    /// <summary>The model file.</summary>
    public string ModelPath => _session.ModelPath;

    /// <summary>The device that runs it.</summary>
    public string Device => _session.Device;

    /// <summary>Runs a batch.</summary>
    /// <param name="batch">Its rows.</param>
    /// <param name="hotwords">Embeddings of hotwords; must be there if and only if the model takes them.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="InferenceException">The run failed, or its output has a shape that cannot be.</exception>
    public ParaformerOutput Run(EncoderBatch batch, HotwordRows? hotwords, CancellationToken cancellationToken)
    {
        long segments = batch.Lengths.Length;
        List<ModelInput> inputs =
        [
            ModelInput.Of(Speech, batch.Speech, segments, batch.Frames, EncoderBatch.FeatureSize),
            ModelInput.Of(SpeechLengths, batch.Lengths, segments),
        ];
        if (hotwords is not null)
            inputs.Add(ModelInput.Of(BiasEmbed, hotwords.Repeat(batch.Lengths.Length), segments, hotwords.Count, hotwords.Values.Length / hotwords.Count));

        ModelOutputs outputs = _session.Run(inputs, cancellationToken);
        try
        {
            return new ParaformerOutput(outputs, this, batch.Lengths, batch.Frames);
        }
        catch
        {
            outputs.Dispose();
            throw;
        }
    }
}
