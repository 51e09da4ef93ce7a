using Parley.Inference;

namespace Parley.Asr;

/// <summary>What a run of the network gave for each segment of a batch. Spans end with it.</summary>
internal sealed class SenseVoiceOutput : IDisposable
{
    private readonly ModelOutputs _outputs;
    private readonly int _frames;
    private readonly int[] _lengths;

    public SenseVoiceOutput(ModelOutputs outputs, EncoderBatch batch, ModelSession session)
    {
        _outputs = outputs;
        long[] logits = outputs.Shape(SenseVoiceModel.Logits), lengths = outputs.Integers(SenseVoiceModel.Lengths);
        if (logits.Length != 3 || logits[0] != batch.Lengths.Length || lengths.Length != batch.Lengths.Length || logits[1] < SenseVoiceModel.TagFrames
            || lengths.Any(length => length < SenseVoiceModel.TagFrames || length > logits[1]))
        {
            throw new InferenceException(InferenceFault.BadOutput, session.ModelPath, session.Device, $"{session.ModelPath} on {session.Device}: expected ctc_logits and encoder_out_lens for "
                + $"{batch.Lengths.Length} segments of {SenseVoiceModel.TagFrames} frames and more, found [{string.Join(", ", logits)}] and lengths {string.Join(", ", lengths)}.");
        }

        _frames = (int)logits[1];
        Classes = (int)logits[2];
        _lengths = [.. lengths.Select(length => (int)length)];
    }

    /// <summary>Classes of the vocabulary.</summary>
    public int Classes { get; }

    /// <summary>Scores of a segment's own frames, those of the tags first, row-major, shape [frames, classes].</summary>
    public ReadOnlySpan<float> Scores(int segment)
        => _outputs.Floats(SenseVoiceModel.Logits).Slice(segment * _frames * Classes, _lengths[segment] * Classes);

    /// <summary>Frames of a segment, those of the tags among them.</summary>
    public int FrameCount(int segment) => _lengths[segment];

    public void Dispose() => _outputs.Dispose();
}
