using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary><see cref="RowNormalization"/> as ONNX Runtime calls it.</summary>
internal static unsafe class RowNormalizationOperator
{
    private const int Input = 0, Weights = 1, Bias = 2, Epsilon = 3, Inputs = 4, RowsAtOnce = 32;

    public static OrtOperator* Describe() => OrtOperator.Describe(new OrtSignature(Normalizations.Operator, Inputs, []), &Compute);

    [UnmanagedCallersOnly]
    private static nint Compute(void* kernel, nint context)
    {
        try
        {
            float* input = (float*)OrtFunctions.Input(context, Input, out long[] axes), weights = (float*)OrtFunctions.Input(context, Weights, out long[] weightAxes);
            float* bias = (float*)OrtFunctions.Input(context, Bias, out long[] biasAxes), epsilon = (float*)OrtFunctions.Input(context, Epsilon, out long[] epsilonAxes);
            if (axes is not [.., > 0 and <= int.MaxValue and var width] || weightAxes is not [var columns] || biasAxes is not [var biases] || columns != width || biases != width || epsilonAxes is not [1])
                return OrtFunctions.Failure($"{Normalizations.Operator}: inputs of shapes that do not belong together.");
            long rows = 1;
            foreach (long length in axes.AsSpan(..^1))
                rows = checked(rows * length);
            RowNormalization all = new() { Input = input, Weights = weights, Bias = bias, Epsilon = *epsilon, Output = (float*)OrtFunctions.Output(context, axes), Rows = rows, Width = (int)width };
            if (rows > 0)
                OrtFunctions.ParallelFor(context, &ComputeRows, checked((int)((rows + RowsAtOnce - 1) / RowsAtOnce)), &all);
            return 0;
        }
        catch (Exception error) when (error is InvalidOperationException or OverflowException)
        {
            return OrtFunctions.Failure(error.Message);
        }
    }

    [UnmanagedCallersOnly]
    private static void ComputeRows(void* work, nuint part)
    {
        RowNormalization all = Unsafe.Read<RowNormalization>(work);
        long first = (long)part * RowsAtOnce, end = Math.Min(first + RowsAtOnce, all.Rows);
        for (long row = first; row < end; row++)
            all.ComputeRow(row);
    }
}
