using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Parley.Inference.Kernels;

/// <summary>
/// Convolutions over lines with three weights, four neighbouring outcomes with six products in place of twelve: those of what <see cref="Spread"/> makes of the six
/// values that are seen, and of the weights likewise (<see cref="Models.Onnx.PlaneWeights"/>); <see cref="Join"/> makes the outcomes of them.
/// </summary>
/// <remarks>Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016: F(4, 3) at the points 0, 1, -1, 2, -2.</remarks>
internal static unsafe class Winograd
{
    /// <summary>Outcomes.</summary>
    public const int Made = 4;

    /// <summary>Values that they are made of, and products.</summary>
    public const int Seen = 6;

    /// <summary>Spreads six values, each a vector of channels.</summary>
    /// <param name="d0">The first.</param>
    /// <param name="d1">The second.</param>
    /// <param name="d2">The third.</param>
    /// <param name="d3">The fourth.</param>
    /// <param name="d4">The fifth.</param>
    /// <param name="d5">The sixth.</param>
    /// <param name="target">Receives six vectors.</param>
    /// <param name="step">Values from one to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Spread(Vector256<float> d0, Vector256<float> d1, Vector256<float> d2, Vector256<float> d3, Vector256<float> d4, Vector256<float> d5, float* target, nint step)
    {
        Vector256<float> two = Vector256.Create(2f), four = Vector256.Create(4f), five = Vector256.Create(5f);
        Vector256<float> even = Fma.MultiplyAddNegated(four, d2, d4), odd = Fma.MultiplyAddNegated(four, d1, d3), farEven = d4 - d2, farOdd = d3 - d1;
        Fma.MultiplyAdd(four, d0, Fma.MultiplyAddNegated(five, d2, d4)).Store(target);
        (even + odd).Store(target + step);
        (even - odd).Store(target + (2 * step));
        Fma.MultiplyAdd(two, farOdd, farEven).Store(target + (3 * step));
        Fma.MultiplyAddNegated(two, farOdd, farEven).Store(target + (4 * step));
        Fma.MultiplyAdd(four, d1, Fma.MultiplyAddNegated(five, d3, d5)).Store(target + (5 * step));
    }

    /// <summary>Makes four outcomes of six products.</summary>
    /// <param name="products">Six vectors.</param>
    /// <param name="step">Values from one to the next.</param>
    /// <param name="target">Receives four vectors.</param>
    /// <param name="targetStep">Values from one to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Join(float* products, nint step, float* target, nint targetStep)
    {
        Vector256<float> one = Vector256.Load(products + step), minusOne = Vector256.Load(products + (2 * step));
        Vector256<float> two = Vector256.Load(products + (3 * step)), minusTwo = Vector256.Load(products + (4 * step));
        Vector256<float> sum = one + minusOne, difference = one - minusOne, farSum = two + minusTwo, farDifference = two - minusTwo;
        (Vector256.Load(products) + sum + farSum).Store(target);
        Fma.MultiplyAdd(Vector256.Create(2f), farDifference, difference).Store(target + targetStep);
        Fma.MultiplyAdd(Vector256.Create(4f), farSum, sum).Store(target + (2 * targetStep));
        (Fma.MultiplyAdd(Vector256.Create(8f), farDifference, difference) + Vector256.Load(products + (5 * step))).Store(target + (3 * targetStep));
    }
}
