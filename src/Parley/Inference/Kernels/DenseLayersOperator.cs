using System.Runtime.InteropServices;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary><see cref="DenseBlock"/> as ONNX Runtime calls it.</summary>
internal static unsafe class DenseLayersOperator
{
    private const int Input = 0, Numbers = 1, Weights = 2, Inputs = 3, MostLayers = 256, MostChannels = 1 << 13, MostTaps = 16, MostFrames = 1 << 16;

    public static OrtOperator* Describe()
        => OrtOperator.Describe(
            new OrtSignature(
                DenseLayers.Operator,
                Inputs,
                [
                    new(DenseLayers.Layers, 1, MostLayers),
                    new(DenseLayers.Growth, 1, MostChannels),
                    new(DenseLayers.Bottleneck, 1, MostChannels),
                    new(DenseLayers.Hidden, 1, MostChannels),
                    new(DenseLayers.Taps, 1, MostTaps),
                    new(DenseLayers.Dilation, 1, MostFrames),
                    new(DenseLayers.Before, 0, MostFrames),
                    new(DenseLayers.Transition, 0, MostChannels),
                    new(PackedMatrix.Relu, 0, 1),
                ])
            {
                Bytes = 1 << Weights,
            },
            &Compute);

    [UnmanagedCallersOnly]
    private static nint Compute(void* kernel, nint context)
    {
        try
        {
            long* attributes = (long*)kernel;
            float* input = (float*)OrtFunctions.Input(context, Input, out long[] axes), numbers = (float*)OrtFunctions.Input(context, Numbers, out long[] count);
            byte* weights = (byte*)OrtFunctions.Input(context, Weights, out long[] bytes);
            if (axes is not [var windows, > 0 and <= MostChannels and var channels, > 0 and <= MostFrames and var frames])
                return OrtFunctions.Failure($"{DenseLayers.Operator}: {string.Join(" x ", axes)} is no shape of an input.");
            DenseSizes sizes = new((int)channels, (int)attributes[0], (int)attributes[1], (int)attributes[2], (int)attributes[3], (int)attributes[4], (int)attributes[7]);
            if (sizes.Bottleneck % DenseSizes.Lanes != 0 || sizes.Grown > MostChannels || count is not [var given] || given != sizes.AllNumbers() || bytes is not [var givenBytes] || givenBytes != sizes.AllBytes())
                return OrtFunctions.Failure($"{DenseLayers.Operator}: inputs of shapes that do not belong together.");
            float* output = (float*)OrtFunctions.Output(context, [windows, sizes.Outputs, frames]);
            if (windows == 0)
                return 0;
            Work work = new()
            {
                First = new DenseBlock
                {
                    Input = input,
                    Numbers = numbers,
                    Weights = weights,
                    Output = output,
                    Frames = (int)frames,
                    Sizes = sizes,
                    Dilation = (int)attributes[5],
                    Before = (int)attributes[6],
                    Relu = attributes[8] != 0,
                },
            };
            OrtFunctions.ParallelFor(context, &ComputeWindow, checked((int)windows), &work);
            return work.Failures == 0 ? 0 : OrtFunctions.Failure($"{DenseLayers.Operator}: there is not enough memory for a window of {frames} frames.");
        }
        catch (Exception error) when (error is InvalidOperationException or OverflowException or OutOfMemoryException)
        {
            return OrtFunctions.Failure(error.Message);
        }
    }

    [UnmanagedCallersOnly]
    private static void ComputeWindow(void* work, nuint window)
    {
        Work* state = (Work*)work;
        DenseBlock first = state->First;
        try
        {
            (first with
            {
                Input = first.Input + ((long)window * first.Sizes.Channels * first.Frames),
                Output = first.Output + ((long)window * first.Sizes.Outputs * first.Frames),
            }).Compute();
        }
        catch (Exception error) when (error is OverflowException or OutOfMemoryException)
        {
            Volatile.Write(ref state->Failures, 1);
        }
    }

    private struct Work
    {
        public DenseBlock First;
        public int Failures;
    }
}
