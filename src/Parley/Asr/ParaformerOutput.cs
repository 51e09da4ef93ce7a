using Parley.Inference;

namespace Parley.Asr;

/// <summary>What a run of the network gave for each segment of a batch. Spans end with it.</summary>
internal sealed class ParaformerOutput : IDisposable
{
    private readonly ModelOutputs _outputs;
    private readonly ParaformerModel _model;
    private readonly int[] _lengths;
    private readonly long[] _tokenCounts;
    private readonly int _places;
    private readonly int _upsampledFrames;

    public ParaformerOutput(ModelOutputs outputs, ParaformerModel model, int[] lengths, int frames)
    {
        _outputs = outputs;
        _model = model;
        _lengths = lengths;
        long[] logits = outputs.Shape(ParaformerModel.Logits);
        _tokenCounts = outputs.Integers(ParaformerModel.TokenNum);
        if (logits.Length != 3 || logits[0] != lengths.Length || _tokenCounts.Length != lengths.Length)
            throw Bad($"expected logits and token_num for {lengths.Length} segments, found [{string.Join(", ", logits)}] and {_tokenCounts.Length}");
        _places = (int)logits[1];
        Classes = (int)logits[2];

        if (model.HasTimestamps)
        {
            long[] alphas = outputs.Shape(ParaformerModel.UsAlphas), peaks = outputs.Shape(ParaformerModel.UsCifPeak);
            if (alphas.Length != 2 || alphas[0] != lengths.Length || alphas[1] < frames || alphas[1] % frames != 0 || !alphas.AsSpan().SequenceEqual(peaks))
            {
                throw Bad($"expected us_alphas and us_cif_peak of a multiple of {frames} frames for {lengths.Length} segments, "
                    + $"found [{string.Join(", ", alphas)}] and [{string.Join(", ", peaks)}]");
            }

            _upsampledFrames = (int)alphas[1];
            UpsampleTimes = _upsampledFrames / frames;
        }
    }

    /// <summary>Classes of the vocabulary.</summary>
    public int Classes { get; }

    /// <summary>Timestamp frames in one encoder frame.</summary>
    public int UpsampleTimes { get; }

    /// <summary>Tokens of a segment, with the end of the sentence; 0 when nothing was said.</summary>
    public int TokenCount(int segment) => (int)Math.Clamp(_tokenCounts[segment], 0, _places);

    /// <summary>Scores of a segment, shape [its tokens, classes].</summary>
    public ReadOnlySpan<float> Logits(int segment)
        => _outputs.Floats(ParaformerModel.Logits).Slice(segment * _places * Classes, TokenCount(segment) * Classes);

    /// <summary>Timestamp weights of a segment's own frames.</summary>
    public ReadOnlySpan<float> Alphas(int segment) => Upsampled(ParaformerModel.UsAlphas, segment);

    /// <summary>Integrated timestamp weights of a segment's own frames.</summary>
    public ReadOnlySpan<float> Peaks(int segment) => Upsampled(ParaformerModel.UsCifPeak, segment);

    public void Dispose() => _outputs.Dispose();

    private ReadOnlySpan<float> Upsampled(string name, int segment)
        => _outputs.Floats(name).Slice(segment * _upsampledFrames, _lengths[segment] * UpsampleTimes);

    private InferenceException Bad(string what)
        => new(InferenceFault.BadOutput, _model.ModelPath, _model.Device, $"{_model.ModelPath} on {_model.Device}: {what}.");
}
