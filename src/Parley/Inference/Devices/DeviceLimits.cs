namespace Parley.Inference.Devices;

/// <summary>What a device takes in one run, and in which form.</summary>
public sealed record DeviceLimits
{
    /// <summary>Bytes of the largest single tensor that may be handed to the device; null where only its memory is the limit.</summary>
    public long? MaxTensorBytes { get; init; }

    /// <summary>Most seconds of audio, padding included, that should go into one call of the recogniser; null for as many as are asked for.</summary>
    public double? MaxBatchSeconds { get; init; }

    /// <summary>Largest share of padding in a batch that still pays, 0 to 1; 1 where a device is fast at padding.</summary>
    public double MaxPadding { get; init; } = 1;

    /// <summary>
    /// Lengths, in frames and ascending, to which inputs are padded where the provider compiles a model anew for each shape.
    /// Empty where any length is as good as another.
    /// </summary>
    public IReadOnlyList<int> FrameBuckets { get; init; } = [];

    /// <summary>Whether 8-bit weights run well. Where they do not, the full weights beside a <c>model_quant.onnx</c> are taken instead.</summary>
    public bool QuantizedWeights { get; init; }

    /// <summary>How many runs at once.</summary>
    public DeviceConcurrency Concurrency { get; init; }

    /// <summary>The length to pad to: the smallest bucket that holds the frames, or a multiple of the largest one.</summary>
    /// <param name="frames">Frames of the longest item of a batch.</param>
    public int PadFrames(int frames)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frames);
        if (FrameBuckets.Count == 0 || frames == 0)
            return frames;
        foreach (int bucket in FrameBuckets)
        {
            if (frames <= bucket)
                return bucket;
        }

        int largest = FrameBuckets[^1];
        return (frames + largest - 1) / largest * largest;
    }
}
