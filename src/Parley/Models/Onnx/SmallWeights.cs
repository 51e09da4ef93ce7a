namespace Parley.Models.Onnx;

/// <summary>Weights of one convolution: bytes, a scale for each output channel, and the bias in units of weight times value.</summary>
internal sealed record SmallWeights(sbyte[] Values, float[] Scales, int[]? Bias, float[]? BiasScales)
{
    // So that no bias leaves 32 bits.
    private const float LargestBias = 1 << 30;

    /// <summary>Makes them.</summary>
    /// <param name="convolution">The convolution.</param>
    /// <param name="inputScale">Scale of what it reads.</param>
    /// <param name="largest">The largest byte.</param>
    /// <param name="stream">Its file.</param>
    /// <returns>Null when a number is not finite.</returns>
    public static SmallWeights? Of(Convolution convolution, float inputScale, int largest, FileStream stream)
    {
        float[] weights = convolution.Weights.Read<float>(stream);
        float[]? bias = convolution.Bias is { } tensor ? tensor.Read<float>(stream) : null;
        int channels = (int)convolution.Weights.Dims[0], row = weights.Length / channels;
        sbyte[] values = new sbyte[weights.Length];
        float[] scales = new float[channels], biasScales = new float[channels];
        int[] small = new int[channels];
        for (int channel = 0; channel < channels; channel++)
        {
            ReadOnlySpan<float> line = weights.AsSpan(channel * row, row);
            float most = 0;
            foreach (float weight in line)
                most = float.IsFinite(weight) ? Math.Max(most, Math.Abs(weight)) : float.NaN;
            float offset = bias?[channel] ?? 0, scale = Math.Max(most / largest, Math.Abs(offset) / inputScale / LargestBias);
            if (!float.IsFinite(scale))
                return null;
            scale = scales[channel] = float.IsNormal(scale) ? scale : 1;
            biasScales[channel] = scale * inputScale;
            small[channel] = (int)Math.Clamp(Math.Round((double)offset / biasScales[channel]), -2 * (double)LargestBias + 1, (2 * (double)LargestBias) - 1);
            for (int i = 0; i < row; i++)
                values[(channel * row) + i] = (sbyte)Math.Clamp(MathF.Round(line[i] / scale), -largest, largest);
        }

        return bias is null ? new SmallWeights(values, scales, null, null) : new SmallWeights(values, scales, small, biasScales);
    }
}
