using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary><see cref="PlaneConvolution"/> as ONNX Runtime calls it.</summary>
internal static unsafe class PlaneConvolutionOperator
{
    private const int Input = 0, Weights = 1, Bias = 2, Addend = 3, Inputs = 4;

    // What a thread takes at a time.
    private const int BlocksAtOnce = 8;

    public static OrtOperator* Describe()
        => OrtOperator.Describe(
            new OrtSignature(
                PlaneConvolutions.Operator,
                Inputs,
                [new(PlaneConvolutions.Size, 1, PlaneConvolutions.MostSize), new(PlaneConvolutions.Stride, 1, PlaneConvolutions.MostStride), new(PlaneConvolutions.Relu, 0, 1)])
            { Optional = 1 << Addend },
            &Compute);

    [UnmanagedCallersOnly]
    private static nint Compute(void* kernel, nint context)
    {
        try
        {
            (long size, long stride, bool relu) = (((long*)kernel)[0], ((long*)kernel)[1], ((long*)kernel)[2] != 0);
            float* input = (float*)OrtFunctions.Input(context, Input, out long[] axes);
            float* weights = (float*)OrtFunctions.Input(context, Weights, out long[] matrices);
            float* bias = (float*)OrtFunctions.Input(context, Bias, out long[] columns);
            float* addend = (float*)OrtFunctions.Input(context, Addend, out long[] added);
            if (axes is not [var planes, > 0 and <= PlaneConvolutions.MostLength and var height, > 0 and <= PlaneConvolutions.MostLength and var width, > 0 and <= PlaneConvolutions.MostChannels and var inputs]
                || columns is not [> 0 and <= PlaneConvolutions.MostChannels and var outputs] || outputs % PlaneConvolution.Lane != 0
                || !IsFor(matrices, size, stride, inputs, outputs))
                return OrtFunctions.Failure($"{PlaneConvolutions.Operator}: inputs of shapes that do not belong together.");
            long[] made = [planes, ((height - 1) / stride) + 1, width, outputs];
            if ((addend != null || added.Length > 0) && !added.AsSpan().SequenceEqual(made))
                return OrtFunctions.Failure($"{PlaneConvolutions.Operator}: what is added has another shape.");
            float* output = (float*)OrtFunctions.Output(context, made);
            if (planes == 0)
                return 0;
            Work work = new(new PlaneConvolution
            {
                Input = input,
                Planes = planes,
                Height = (int)height,
                Width = (int)width,
                Inputs = (int)inputs,
                Weights = weights,
                Matrices = (int)matrices[0],
                Size = (int)size,
                Stride = (int)stride,
                Bias = bias,
                Addend = addend,
                Relu = relu,
                Output = output,
                OutputHeight = (int)made[1],
                Outputs = (int)outputs,
            });
            OrtFunctions.ParallelFor(context, &ComputeBlocks, (work.Blocks + BlocksAtOnce - 1) / BlocksAtOnce, Unsafe.AsPointer(ref work));
            return work.HasFailed ? OrtFunctions.Failure($"{PlaneConvolutions.Operator}: not enough memory.") : 0;
        }
        catch (Exception error) when (error is InvalidOperationException or OverflowException or OutOfMemoryException)
        {
            return OrtFunctions.Failure(error.Message);
        }
    }

    private static bool IsFor(long[] matrices, long size, long stride, long inputs, long outputs)
        => matrices is [PlaneWeights.PixelMatrices or PlaneWeights.StripMatrices or PlaneWeights.SquareMatrices, ..]
            && (matrices[0] == PlaneWeights.PixelMatrices || (inputs % PlaneConvolution.Lane == 0 && size == PlaneWeights.WinogradSize))
            && (matrices[0] != PlaneWeights.SquareMatrices || stride == 1)
            && matrices.AsSpan().SequenceEqual(PlaneWeights.Shape(matrices[0], size, inputs, outputs));

    [UnmanagedCallersOnly]
    private static void ComputeBlocks(void* work, nuint part)
    {
        ref Work state = ref Unsafe.AsRef<Work>(work);
        try
        {
            state.Compute((int)part * BlocksAtOnce, BlocksAtOnce);
        }
        catch (Exception error) when (error is OutOfMemoryException or OverflowException)
        {
            state.HasFailed = true;
        }
    }

    private struct Work(PlaneConvolution convolution)
    {
        private readonly PlaneConvolution _convolution = convolution;

        public bool HasFailed { get; set; }

        public readonly int Blocks { get; } = convolution.Blocks;

        public readonly void Compute(int first, int count)
        {
            using RentedMemory scratch = RentedMemory.Rent(_convolution.Scratch * (long)sizeof(float));
            for (int block = first; block < Math.Min(first + count, Blocks); block++)
                _convolution.ComputeBlock(block, (float*)scratch.Start);
        }
    }
}
