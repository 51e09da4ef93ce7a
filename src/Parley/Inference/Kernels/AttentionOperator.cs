using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary><see cref="Attention"/> as ONNX Runtime calls it.</summary>
internal static unsafe class AttentionOperator
{
    private const int Query = 0, Key = 1, Value = 2, Mask = 3, Scale = 4, Inputs = 5, Numbers = 6;

    public static OrtOperator* Describe() => OrtOperator.Describe(
        new OrtSignature(Attentions.Operator, Inputs, [
            new(Attentions.Heads, 1, Attentions.MostHeads), new(Attentions.Size, 1, Attentions.MostSize), new(Attentions.QueryStart, 0, Attentions.MostWidth),
            new(Attentions.KeyStart, 0, Attentions.MostWidth), new(Attentions.ValueStart, 0, Attentions.MostWidth), new(Attentions.ScalesScores, 0, 1)]),
        &Compute);

    [UnmanagedCallersOnly]
    private static nint Compute(void* kernel, nint context)
    {
        try
        {
            ReadOnlySpan<long> said = new(kernel, Numbers);
            (int heads, int size, int width) = ((int)said[0], (int)said[1], (int)(said[0] * said[1]));
            float* query = (float*)OrtFunctions.Input(context, Query, out long[] queryAxes), key = (float*)OrtFunctions.Input(context, Key, out long[] keyAxes);
            float* value = (float*)OrtFunctions.Input(context, Value, out long[] valueAxes), mask = (float*)OrtFunctions.Input(context, Mask, out long[] maskAxes);
            float* scale = (float*)OrtFunctions.Input(context, Scale, out long[] scaleAxes);
            if (queryAxes is not [>= 0 and <= int.MaxValue and var batch, >= 0 and <= int.MaxValue and var queries, <= int.MaxValue and var queryStride] || queryStride < said[2] + width
                || keyAxes is not [var keyBatch, > 0 and <= int.MaxValue and var frames, <= int.MaxValue and var keyStride] || keyBatch != batch || keyStride < said[3] + width
                || valueAxes is not [var valueBatch, var valueFrames, <= int.MaxValue and var valueStride] || valueBatch != batch || valueFrames != frames || valueStride < said[4] + width
                || maskAxes is not [var masks, 1, 1, var maskFrames] || (masks != batch && masks != 1) || maskFrames != frames || scaleAxes is not ([] or [1]))
                return OrtFunctions.Failure($"{Attentions.Operator}: inputs of shapes that do not belong together.");
            float* output = (float*)OrtFunctions.Output(context, [batch, queries, width]);
            bool scalesScores = said[5] != 0;
            Attention attention = new()
            {
                Query = query + said[2],
                Key = key + said[3],
                Value = value + said[4],
                Mask = mask,
                Output = output,
                QueryStride = (int)queryStride,
                KeyStride = (int)keyStride,
                ValueStride = (int)valueStride,
                MaskStride = masks == 1 ? 0 : (int)frames,
                QueryFactor = scalesScores ? 1 : *scale,
                ScoreFactor = scalesScores ? *scale : 1,
                Heads = heads,
                Size = size,
                Queries = (int)queries,
                Frames = (int)frames,
            };
            _ = attention.ScratchBytes; // fails here where it is too much
            if (batch > 0 && queries > 0)
                Compute(context, attention, checked((int)batch * heads));
            return 0;
        }
        catch (Exception error) when (error is InvalidOperationException or OverflowException or OutOfMemoryException)
        {
            return OrtFunctions.Failure(error.Message);
        }
    }

    private static void Compute(nint context, Attention attention, int parts)
    {
        Work work = new() { Attention = attention };
        OrtFunctions.ParallelFor(context, &ComputeHead, parts, &work);
        if (work.IsShortOfMemory)
            throw new InvalidOperationException($"{Attentions.Operator}: not enough memory.");
    }

    [UnmanagedCallersOnly]
    private static void ComputeHead(void* work, nuint number)
    {
        ref Work state = ref Unsafe.AsRef<Work>(work);
        try
        {
            using RentedMemory scratch = RentedMemory.Rent(state.Attention.ScratchBytes);
            state.Attention.ComputeHead((int)number, (float*)scratch.Start);
        }
        catch (Exception error) when (error is OverflowException or OutOfMemoryException)
        {
            state.IsShortOfMemory = true;
        }
    }

    private struct Work
    {
        public required Attention Attention { get; init; }

        public bool IsShortOfMemory { get; set; }
    }
}
