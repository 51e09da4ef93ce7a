using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Parley.Inference.Kernels;

/// <summary>
/// A convolution over time, each channel for itself, of frames that lie one behind the other: [frames, channels] in, the same out. What ONNX Runtime has wants
/// channels first, and turns every frame over before and after. Frames outside are zero; a mask counts for what goes in and for what comes out.
/// </summary>
internal readonly unsafe struct TimeConvolution
{
    /// <summary>[frames, stride], from the first channel on.</summary>
    public required float* Input { get; init; }

    /// <summary>From frame to frame of the input.</summary>
    public required int Stride { get; init; }

    /// <summary>[frames]: what each outcome is multiplied by; null for nothing.</summary>
    public required float* Mask { get; init; }

    /// <summary>[taps, channels].</summary>
    public required float* Weights { get; init; }

    /// <summary>[channels] zeros, for frames outside.</summary>
    public required float* Silence { get; init; }

    /// <summary>[frames, channels].</summary>
    public required float* Output { get; init; }

    /// <summary>Frames.</summary>
    public required int Frames { get; init; }

    /// <summary>Channels.</summary>
    public required int Channels { get; init; }

    /// <summary>Frames that are seen at a time.</summary>
    public required int Taps { get; init; }

    /// <summary>Those of them before the one that is computed.</summary>
    public required int Before { get; init; }

    /// <summary>Whether each frame itself is added.</summary>
    public required bool HasShortcut { get; init; }

    /// <summary>Computes one frame, every sum in the order in which ONNX Runtime computes it on such processors. Frames may be computed at the same time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ComputeFrame(int frame)
    {
        int channels = Channels, taps = Taps;
        float** frames = stackalloc float*[taps];
        for (int tap = 0; tap < taps; tap++)
        {
            int seen = frame + tap - Before;
            frames[tap] = seen >= 0 && seen < Frames ? Input + ((long)seen * Stride) : Silence;
        }

        float* input = Input + ((long)frame * Stride), target = Output + ((long)frame * channels);
        float factor = Mask is null ? 1 : Mask[frame];
        int channel = 0;
        for (; channel <= channels - Vector256<float>.Count; channel += Vector256<float>.Count)
        {
            float* weights = Weights + channel;
            Vector256<float> sum = Vector256<float>.Zero;
            int tap = 0;
            for (; tap <= taps - 4; tap += 4, weights += 4L * channels)
                sum += Product(frames[tap] + channel, weights) + Product(frames[tap + 1] + channel, weights + channels)
                    + Product(frames[tap + 2] + channel, weights + (2L * channels)) + Product(frames[tap + 3] + channel, weights + (3L * channels));
            for (; tap <= taps - 2; tap += 2, weights += 2L * channels)
                sum += Product(frames[tap] + channel, weights) + Product(frames[tap + 1] + channel, weights + channels);
            if (tap < taps)
                sum += Product(frames[tap] + channel, weights);
            if (HasShortcut)
                sum += Vector256.Load(input + channel);
            (sum * factor).Store(target + channel);
        }

        for (; channel < channels; channel++)
        {
            float sum = 0;
            int tap = 0;
            for (int together = 4; together > 0; together /= 2)
            {
                for (; tap <= taps - together; tap += together)
                {
                    float part = frames[tap][channel] * Weights[((long)tap * channels) + channel];
                    for (int i = 1; i < together; i++)
                        part += frames[tap + i][channel] * Weights[((long)(tap + i) * channels) + channel];
                    sum += part;
                }
            }

            target[channel] = (HasShortcut ? sum + input[channel] : sum) * factor;
        }
    }

    /// <summary>The frames times the mask: [frames, channels].</summary>
    /// <exception cref="OverflowException">They are more than fit one array.</exception>
    public float[] Masked()
    {
        float[] masked = new float[checked(Frames * Channels)];
        for (int frame = 0; frame < Frames; frame++)
            TensorPrimitives.Multiply(new ReadOnlySpan<float>(Input + ((long)frame * Stride), Channels), Mask[frame], masked.AsSpan(frame * Channels, Channels));
        return masked;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Product(float* frame, float* weights) => Vector256.Load(frame) * Vector256.Load(weights);
}
