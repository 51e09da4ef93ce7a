using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary><see cref="PackedMatMul"/> as ONNX Runtime calls it.</summary>
internal static unsafe class PackedMatMulOperator
{
    private const int Input = 0, Weights = 1, Scales = 2, ZeroPoints = 3, Bias = 4, Squares = 5, Addend = 6, SecondAddend = 7, Inputs = 8, MostDepth = 1 << 14, MostCenter = 128;

    // What a thread takes at a time: less costs more calls than it shares better.
    private const int PanelsAtOnce = 8;

    public static OrtOperator* Describe()
        => OrtOperator.Describe(
            new OrtSignature(PackedMatrix.Operator, Inputs, [new(PackedMatrix.Center, 1, MostCenter), new(PackedMatrix.Relu, 0, 1), new(PackedMatrix.Rectified, 0, 1)])
            {
                Bytes = (1 << Weights) | (1 << ZeroPoints),
                Optional = (1 << Addend) | (1 << SecondAddend),
            },
            &Compute);

    [UnmanagedCallersOnly]
    private static nint Compute(void* kernel, nint context)
    {
        try
        {
            float* input = (float*)OrtFunctions.Input(context, Input, out long[] axes);
            byte* weights = (byte*)OrtFunctions.Input(context, Weights, out long[] packed);
            float* scales = (float*)OrtFunctions.Input(context, Scales, out long[] columns);
            byte* zeroPoints = (byte*)OrtFunctions.Input(context, ZeroPoints, out long[] zeroColumns);
            float* bias = (float*)OrtFunctions.Input(context, Bias, out long[] biasColumns), squares = (float*)OrtFunctions.Input(context, Squares, out long[] runs);
            if (axes is not [.., > 0 and <= MostDepth and var depth] || columns is not [> 0 and <= int.MaxValue and var width] || !zeroColumns.AsSpan().SequenceEqual(columns)
                || !biasColumns.AsSpan().SequenceEqual(columns) || !packed.AsSpan().SequenceEqual(PackedMatrix.Shape(depth, width))
                || runs is not [PackedMatrix.LongestRun])
                return OrtFunctions.Failure($"{PackedMatrix.Operator}: inputs of shapes that do not belong together.");
            long rows = 1;
            foreach (long length in axes.AsSpan(..^1))
                rows = checked(rows * length);
            axes[^1] = width;
            float* addend = (float*)OrtFunctions.Input(context, Addend, out long[] addendAxes), second = (float*)OrtFunctions.Input(context, SecondAddend, out long[] secondAxes);
            bool hasRelu = ((long*)kernel)[1] != 0;
            if ((addend is null ? second is not null : hasRelu || !addendAxes.AsSpan().SequenceEqual(axes)) || (second is not null && !secondAxes.AsSpan().SequenceEqual(axes)))
                return OrtFunctions.Failure($"{PackedMatrix.Operator}: addends of other shapes than the outcome, or behind a Relu.");
            float* output = (float*)OrtFunctions.Output(context, axes);
            if (rows > 0)
                Compute(context, new PackedMatMul
                {
                    Input = input,
                    Rows = checked((int)rows),
                    Depth = (int)depth,
                    Weights = weights,
                    Scales = scales,
                    ZeroPoints = zeroPoints,
                    Bias = bias,
                    Squares = squares,
                    Width = (int)width,
                    Center = (byte)((long*)kernel)[0],
                    Relu = hasRelu,
                    IsRectified = ((long*)kernel)[2] != 0,
                    Addend = addend,
                    SecondAddend = second,
                    Output = output,
                });
            return 0;
        }
        catch (Exception error) when (error is InvalidOperationException or OverflowException or OutOfMemoryException)
        {
            return OrtFunctions.Failure(error.Message);
        }
    }

    private static void Compute(nint context, PackedMatMul product)
    {
        using QuantizedRows rows = QuantizedRows.Rent(product.Input, product.Rows, product.Depth, product.Center, product.Squares, product.IsRectified);
        Work work = new(product, rows);
        OrtFunctions.ParallelFor(context, &ComputePanels, (product.Panels + PanelsAtOnce - 1) / PanelsAtOnce, Unsafe.AsPointer(ref work));
    }

    [UnmanagedCallersOnly]
    private static void ComputePanels(void* work, nuint part)
    {
        ref Work state = ref Unsafe.AsRef<Work>(work);
        int first = (int)part * PanelsAtOnce, end = Math.Min(first + PanelsAtOnce, state.Product.Panels);
        for (int panel = first; panel < end; panel++)
            state.Product.ComputePanel(state.Rows, panel);
    }

    private readonly struct Work(PackedMatMul product, QuantizedRows rows)
    {
        public PackedMatMul Product { get; } = product;

        public QuantizedRows Rows { get; } = rows;
    }
}
