using System.Buffers;

namespace Parley.Asr;

/// <summary>A stretch of the segment that belongs to a token, or to none.</summary>
/// <param name="Token">Number of the token; <see cref="CifTimestamps.Silence"/> for silence.</param>
/// <param name="Start">In upsampled frames (20 ms with the usual factor 3); may be negative, down to the shift.</param>
/// <param name="End">In upsampled frames.</param>
internal readonly record struct CifSpan(int Token, double Start, double End);

/// <summary>Reads token times from the second integrate-and-fire of BiCif and SeACo Paraformer.</summary>
/// <remarks>
/// CIF: Dong and Xu, "CIF: Continuous Integrate-and-Fire for End-to-End Speech Recognition", ICASSP 2020. The timestamp head fires where a
/// token begins, so the stretch between two fires belongs to the token of the first. FunASR's ts_prediction_lfr6_standard, with its order of
/// 32-bit and 64-bit arithmetic.
/// </remarks>
internal static class CifTimestamps
{
    /// <summary>The token number of silence.</summary>
    public const int Silence = -1;

    /// <summary>Fires come 1.5 upsampled frames after the start of their token.</summary>
    public const double FireShift = -1.5;

    /// <summary>The weights fire at one, less a margin for rounding.</summary>
    private const float Threshold = (float)(1.0 - 1e-4);

    /// <summary>Silence at either end is shown from this many frames on.</summary>
    private const int EdgeFrames = 5;

    /// <summary>The rest of a longer stretch is silence.</summary>
    private const int MaxTokenFrames = 12;

    /// <summary>Seconds of one upsampled frame.</summary>
    public static double FrameSeconds(int upsampleTimes) => 10.0 * 6 / 1000 / upsampleTimes;

    /// <summary>Gives tokens and silences their stretches.</summary>
    /// <param name="alphas">Weights (<c>us_alphas</c>) of the segment's own frames, shape [frames].</param>
    /// <param name="peaks">Integrated weights (<c>us_cif_peak</c>), shape [frames].</param>
    /// <param name="tokenCount">Tokens, without the end of the sentence.</param>
    /// <param name="fireShift">Added to every fire, usually <see cref="FireShift"/>.</param>
    /// <param name="spans">
    /// Receives the stretches in time order. When even the rescaled weights fire too seldom, the last tokens get none.
    /// </param>
    public static void Align(ReadOnlySpan<float> alphas, ReadOnlySpan<float> peaks, int tokenCount, double fireShift, List<CifSpan> spans)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(peaks.Length, alphas.Length);
        spans.Clear();
        int frames = peaks.Length;
        int[] fires = ArrayPool<int>.Shared.Rent(Math.Max(frames, 1));
        try
        {
            int count = FindFires(peaks, fires);
            // The weights of a segment should sum to its tokens and the end of the sentence. Where they do not, they are made to.
            if (count != tokenCount + 1)
                count = Refire(alphas, tokenCount + 1, fires);
            if (count > 0)
                Cut(fires.AsSpan(0, count), fireShift, frames, tokenCount, spans);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(fires);
        }
    }

    private static void Cut(ReadOnlySpan<int> fires, double shift, int frames, int tokenCount, List<CifSpan> spans)
    {
        double first = fires[0] + shift;
        if (first > EdgeFrames)
            spans.Add(new CifSpan(Silence, 0, first));
        for (int i = 0; i + 1 < fires.Length && i < tokenCount; i++)
        {
            double start = fires[i] + shift, end = fires[i + 1] + shift;
            if (end - start <= MaxTokenFrames)
            {
                spans.Add(new CifSpan(i, start, end));
            }
            else
            {
                double split = start + MaxTokenFrames;
                spans.Add(new CifSpan(i, start, split));
                spans.Add(new CifSpan(Silence, split, end));
            }
        }

        // The last stretch runs to the end, or half way to it when that is far; it may be a silence.
        double last = fires[^1] + shift;
        bool far = frames - last > EdgeFrames;
        double middle = far ? (frames + last) * 0.5 : frames;
        if (spans.Count > 0)
            spans[^1] = spans[^1] with { End = middle };
        if (far)
            spans.Add(new CifSpan(Silence, middle, frames));
    }

    private static int FindFires(ReadOnlySpan<float> peaks, int[] fires)
    {
        int count = 0;
        for (int frame = 0; frame < peaks.Length; frame++)
        {
            if (peaks[frame] >= Threshold)
                fires[count++] = frame;
        }

        return count;
    }

    /// <summary>Scales the weights to the wanted sum and integrates again, in 32-bit floats as the network does.</summary>
    private static int Refire(ReadOnlySpan<float> alphas, int wanted, int[] fires)
    {
        float sum = 0;
        foreach (float alpha in alphas)
            sum += alpha;
        float scale = sum / wanted;
        float integral = 0;
        int count = 0;
        for (int frame = 0; frame < alphas.Length; frame++)
        {
            integral += alphas[frame] / scale;
            if (integral >= Threshold)
            {
                fires[count++] = frame;
                integral -= Threshold;
            }
        }

        return count;
    }
}
