namespace Parley.Models.Onnx;

/// <summary>Scale and zero point of a tensor of unsigned bytes.</summary>
internal readonly record struct ValueRange(float Scale, byte Zero)
{
    // Other samples go somewhat further.
    private const float Margin = 1.05f;

    /// <summary>The range that was seen, and a margin. Zero has a byte of its own, as it stands for padding and for what a Relu cuts off.</summary>
    public static ValueRange Of(ObservedTensor seen)
    {
        float smallest = Math.Min(0, seen.Smallest) * Margin, largest = Math.Max(0, seen.Largest) * Margin, scale = (largest - smallest) / byte.MaxValue;
        return float.IsNormal(scale) ? new ValueRange(scale, (byte)Math.Clamp(MathF.Round(-smallest / scale), 0, byte.MaxValue)) : new ValueRange(1, 0);
    }
}
