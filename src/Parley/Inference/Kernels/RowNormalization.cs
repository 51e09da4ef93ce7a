using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Parley.Inference.Kernels;

/// <summary>
/// The operator <see cref="Models.Onnx.Normalizations.Operator"/>: each row less its mean, over its deviation, times weights, plus bias. ONNX Runtime adds up number by
/// number; here each lane of a vector has a sum of its own, so that results differ in their last bits.
/// </summary>
internal readonly unsafe struct RowNormalization
{
    private const int Lanes = 8;

    /// <summary>[rows, width].</summary>
    public required float* Input { get; init; }

    /// <summary>[width].</summary>
    public required float* Weights { get; init; }

    /// <summary>[width].</summary>
    public required float* Bias { get; init; }

    /// <summary>Added to the variance.</summary>
    public required float Epsilon { get; init; }

    /// <summary>[rows, width].</summary>
    public required float* Output { get; init; }

    /// <summary>Rows.</summary>
    public required long Rows { get; init; }

    /// <summary>Numbers of a row.</summary>
    public required int Width { get; init; }

    /// <summary>Computes one row. Others may be computed at the same time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ComputeRow(long row)
    {
        float* input = Input + (row * Width), output = Output + (row * Width);
        int i = 0;
        Vector256<float> sum = Vector256<float>.Zero, otherSum = sum;
        for (; i <= Width - (2 * Lanes); i += 2 * Lanes)
        {
            sum += Vector256.Load(input + i);
            otherSum += Vector256.Load(input + i + Lanes);
        }

        float total = Vector256.Sum(sum + otherSum);
        for (; i < Width; i++)
            total += input[i];
        float mean = total / Width;
        Vector256<float> means = Vector256.Create(mean), squares = Vector256<float>.Zero, otherSquares = squares;
        for (i = 0; i <= Width - (2 * Lanes); i += 2 * Lanes)
        {
            Vector256<float> one = Vector256.Load(input + i) - means, other = Vector256.Load(input + i + Lanes) - means;
            squares += one * one;
            otherSquares += other * other;
        }

        float variance = Vector256.Sum(squares + otherSquares);
        for (; i < Width; i++)
            variance += (input[i] - mean) * (input[i] - mean);
        float factor = 1 / MathF.Sqrt((variance / Width) + Epsilon);
        Vector256<float> factors = Vector256.Create(factor);
        for (i = 0; i <= Width - Lanes; i += Lanes)
            (((Vector256.Load(input + i) - means) * factors * Vector256.Load(Weights + i)) + Vector256.Load(Bias + i)).Store(output + i);
        for (; i < Width; i++)
            output[i] = ((input[i] - mean) * factor * Weights[i]) + Bias[i];
    }
}
