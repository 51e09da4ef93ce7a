using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary><see cref="TimeConvolution"/> as ONNX Runtime calls it.</summary>
internal static unsafe class TimeConvolutionOperator
{
    private const int Input = 0, Weights = 1, Inputs = 2, FramesAtOnce = 32, MostChannels = 1 << 16;

    public static OrtOperator* Describe()
        => OrtOperator.Describe(new OrtSignature(TimeConvolutions.Operator, Inputs, [new(TimeConvolutions.Before, 0, TimeConvolutions.MostTaps), new(TimeConvolutions.Shortcut, 0, 1)]), &Compute);

    [UnmanagedCallersOnly]
    private static nint Compute(void* kernel, nint context)
    {
        try
        {
            (long before, bool hasShortcut) = (((long*)kernel)[0], ((long*)kernel)[1] != 0);
            float* input = (float*)OrtFunctions.Input(context, Input, out long[] axes), weights = (float*)OrtFunctions.Input(context, Weights, out long[] kernelAxes);
            if (axes is not [var batch, <= int.MaxValue and var frames, > 0 and <= MostChannels and var channels] || kernelAxes is not [> 0 and <= TimeConvolutions.MostTaps and var taps, var width] || width != channels || before >= taps)
                return OrtFunctions.Failure($"{TimeConvolutions.Operator}: inputs of shapes that do not belong together.");
            float* output = (float*)OrtFunctions.Output(context, axes);
            fixed (float* silence = new float[channels])
            {
                for (long i = 0; i < batch; i++)
                {
                    TimeConvolution one = new()
                    {
                        Input = input + (i * frames * channels),
                        Weights = weights,
                        Silence = silence,
                        Output = output + (i * frames * channels),
                        Frames = (int)frames,
                        Channels = (int)channels,
                        Taps = (int)taps,
                        Before = (int)before,
                        HasShortcut = hasShortcut,
                    };
                    OrtFunctions.ParallelFor(context, &ComputeFrames, (one.Frames + FramesAtOnce - 1) / FramesAtOnce, &one);
                }
            }

            return 0;
        }
        catch (Exception error) when (error is InvalidOperationException or OutOfMemoryException)
        {
            return OrtFunctions.Failure(error.Message);
        }
    }

    [UnmanagedCallersOnly]
    private static void ComputeFrames(void* work, nuint part)
    {
        TimeConvolution state = Unsafe.Read<TimeConvolution>(work);
        int first = (int)part * FramesAtOnce, end = Math.Min(first + FramesAtOnce, state.Frames);
        for (int frame = first; frame < end; frame++)
            state.ComputeFrame(frame);
    }
}
