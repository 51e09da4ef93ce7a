using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Parley.Inference.Kernels;

/// <summary>
/// Scores that become weights, which add up to 1. The powers of e are those of ONNX Runtime (a polynomial behind a reduction of the range, after Cody and Waite), and so is
/// the order of the sum. Needs AVX2 and FMA.
/// </summary>
internal static unsafe class Softmax
{
    /// <summary>Scores at a time: a row has room for a multiple of it.</summary>
    public const int Step = 8;

    // Less is nothing beside the largest score, whose power is 1.
    private const float LeastPower = -88.3762626647949f;

    // Added to a number, it rounds it to a whole one, which stands in the last bits.
    private const float Rounding = 12582912;
    private const float Log2E = 1.44269504088896341f, MinusLn2High = -6.93145752e-1f, MinusLn2Low = -1.42860677e-6f;
    private const int MantissaBits = 23, BitsOfOne = 0x3F800000;

    /// <summary>Makes weights of a row.</summary>
    /// <param name="scores">The scores, and room behind them.</param>
    /// <param name="mask">Added to them; behind the last one, <see cref="float.MinValue"/>.</param>
    /// <param name="count">Scores.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(float* scores, float* mask, int count)
    {
        Vector256<float> largest = Vector256.Create(float.MinValue);
        for (int i = 0; i < count; i += Step)
        {
            Vector256<float> masked = Vector256.Load(scores + i) + Vector256.Load(mask + i);
            largest = Avx.Max(largest, masked);
            masked.Store(scores + i);
        }

        largest = Avx.Max(largest, Avx.Permute2x128(largest, largest, 0x01));
        largest = Avx.Max(largest, Avx.Shuffle(largest, largest, 0b01_00_11_10));
        largest = Avx.Max(largest, Avx.Shuffle(largest, largest, 0b10_11_00_01));
        Vector256<float> origin = -largest, sum = Vector256<float>.Zero;
        for (int i = 0; i < count; i += Step)
        {
            Vector256<float> power = PowerOfE(Vector256.Load(scores + i) + origin);
            if (count - i < Step)
                power = Vector256.ConditionalSelect(Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count - i)).AsSingle(), power, Vector256<float>.Zero);
            sum += power;
            power.Store(scores + i);
        }

        sum = Avx.HorizontalAdd(sum, sum);
        sum = Avx.HorizontalAdd(sum, sum);
        Vector256<float> factor = Vector256.Create(1 / (sum[0] + sum[Step / 2]));
        for (int i = 0; i < count; i += Step)
            (Vector256.Load(scores + i) * factor).Store(scores + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> PowerOfE(Vector256<float> x)
    {
        // The larger of a number and what is none is what is none: the second.
        x = Avx.Max(Vector256.Create(LeastPower), x);
        Vector256<float> rounding = Vector256.Create(Rounding), rounded = Fma.MultiplyAdd(x, Vector256.Create(Log2E), rounding), twos = rounded - rounding;
        x = Fma.MultiplyAdd(twos, Vector256.Create(MinusLn2High), x);
        x = Fma.MultiplyAdd(twos, Vector256.Create(MinusLn2Low), x);
        Vector256<float> power = Fma.MultiplyAdd(Vector256.Create(0.00137805939f), x, Vector256.Create(0.00837312452f));
        power = Fma.MultiplyAdd(power, x, Vector256.Create(0.0416695364f));
        power = Fma.MultiplyAdd(power, x, Vector256.Create(0.166664720f));
        power = Fma.MultiplyAdd(power, x, Vector256.Create(0.499999851f));
        power = Fma.MultiplyAdd(power, x, Vector256<float>.One);
        power = Fma.MultiplyAdd(power, x, Vector256<float>.One);
        return power * (Vector256.ShiftLeft(rounded.AsInt32(), MantissaBits) + Vector256.Create(BitsOfOne)).AsSingle();
    }
}
