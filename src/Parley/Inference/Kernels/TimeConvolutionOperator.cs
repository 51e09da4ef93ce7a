using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary><see cref="TimeConvolution"/> as ONNX Runtime calls it.</summary>
internal static unsafe class TimeConvolutionOperator
{
    private const int Input = 0, Weights = 1, Mask = 2, Inputs = 3, FramesAtOnce = 32, MostChannels = 1 << 16;

    public static OrtOperator* Describe()
        => OrtOperator.Describe(
            new OrtSignature(TimeConvolutions.Operator, Inputs, [new(TimeConvolutions.Before, 0, TimeConvolutions.MostTaps), new(TimeConvolutions.Shortcut, 0, 1), new(TimeConvolutions.Start, 0, MostChannels)]) { Optional = 1 << Mask },
            &Compute);

    [UnmanagedCallersOnly]
    private static nint Compute(void* kernel, nint context)
    {
        try
        {
            (long before, bool hasShortcut, long start) = (((long*)kernel)[0], ((long*)kernel)[1] != 0, ((long*)kernel)[2]);
            float* input = (float*)OrtFunctions.Input(context, Input, out long[] axes), weights = (float*)OrtFunctions.Input(context, Weights, out long[] kernelAxes);
            float* mask = (float*)OrtFunctions.Input(context, Mask, out long[] maskAxes);
            if (axes is not [var batch, <= int.MaxValue and var frames, <= int.MaxValue and var stride]
                || kernelAxes is not [> 0 and <= TimeConvolutions.MostTaps and var taps, > 0 and <= MostChannels and var channels] || stride < start + channels || before >= taps
                || (mask is not null && !maskAxes.AsSpan().SequenceEqual([batch, frames, 1])))
                return OrtFunctions.Failure($"{TimeConvolutions.Operator}: inputs of shapes that do not belong together.");
            float* output = (float*)OrtFunctions.Output(context, [batch, frames, channels]);
            fixed (float* silence = new float[channels])
            {
                for (long i = 0; i < batch; i++)
                {
                    TimeConvolution one = new()
                    {
                        Input = input + (i * frames * stride) + start,
                        Stride = (int)stride,
                        Mask = mask is null ? null : mask + (i * frames),
                        Weights = weights,
                        Silence = silence,
                        Output = output + (i * frames * channels),
                        Frames = (int)frames,
                        Channels = (int)channels,
                        Taps = (int)taps,
                        Before = (int)before,
                        HasShortcut = hasShortcut,
                    };
                    Compute(context, one);
                }
            }

            return 0;
        }
        catch (Exception error) when (error is InvalidOperationException or OverflowException or OutOfMemoryException)
        {
            return OrtFunctions.Failure(error.Message);
        }
    }

    private static void Compute(nint context, TimeConvolution one)
    {
        if (one.Mask is null || new ReadOnlySpan<float>(one.Mask, one.Frames).IndexOfAnyExcept(1) < 0)
        {
            ComputeFrames(context, one with { Mask = null });
            return;
        }

        fixed (float* masked = one.Masked())
            ComputeFrames(context, one with { Input = masked, Stride = one.Channels });
    }

    private static void ComputeFrames(nint context, TimeConvolution one)
        => OrtFunctions.ParallelFor(context, &ComputeFrames, (one.Frames + FramesAtOnce - 1) / FramesAtOnce, &one);

    [UnmanagedCallersOnly]
    private static void ComputeFrames(void* work, nuint part)
    {
        TimeConvolution state = Unsafe.Read<TimeConvolution>(work);
        int first = (int)part * FramesAtOnce, end = Math.Min(first + FramesAtOnce, state.Frames);
        for (int frame = first; frame < end; frame++)
            state.ComputeFrame(frame);
    }
}
