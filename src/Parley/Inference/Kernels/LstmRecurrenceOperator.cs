using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary><see cref="LstmRecurrence"/> as ONNX Runtime calls it.</summary>
internal static unsafe class LstmRecurrenceOperator
{
    private const int Products = 0, Weights = 1, Bias = 2, FirstOutput = 3, FirstCell = 4, Inputs = 5;

    public static OrtOperator* Describe()
        => OrtOperator.Describe(
            new OrtSignature(LstmRecurrences.Operator, Inputs, [new(LstmRecurrences.Units, 1, LstmRecurrences.MostUnits)]) { Optional = (1 << FirstOutput) | (1 << FirstCell) },
            &Compute);

    [UnmanagedCallersOnly]
    private static nint Compute(void* kernel, nint context)
    {
        try
        {
            long units = *(long*)kernel;
            float* products = (float*)OrtFunctions.Input(context, Products, out long[] axes);
            float* weights = (float*)OrtFunctions.Input(context, Weights, out long[] packed), bias = (float*)OrtFunctions.Input(context, Bias, out long[] biasAxes);
            float* firstOutput = (float*)OrtFunctions.Input(context, FirstOutput, out long[] outputAxes), firstCell = (float*)OrtFunctions.Input(context, FirstCell, out long[] cellAxes);
            if (axes is not [var steps, var batch, var columns] || packed is not [> 0 and <= 2 and var directions, ..] || columns != RecurrentWeights.Columns(directions, units)
                || !packed.AsSpan().SequenceEqual(RecurrentWeights.Shape(directions, units)) || !Is(biasAxes, directions, columns / directions)
                || (firstOutput is not null && !Is(outputAxes, directions, batch, units)) || (firstCell is not null && !Is(cellAxes, directions, batch, units)))
                return OrtFunctions.Failure($"{LstmRecurrences.Operator}: inputs of shapes that do not belong together.");
            float* output = (float*)OrtFunctions.Output(context, [steps, directions, batch, units]);
            if (steps == 0 || batch == 0)
                return 0;
            LstmRecurrence recurrence = new()
            {
                Inputs = products,
                Weights = weights,
                Bias = bias,
                FirstOutput = firstOutput,
                FirstCell = firstCell,
                Output = output,
                Steps = checked((int)steps),
                Batch = checked((int)batch),
                Directions = (int)directions,
                Units = (int)units,
            };
            fixed (float* states = new float[checked(recurrence.Rows * recurrence.RowSize)])
            fixed (LstmRow* rows = new LstmRow[recurrence.Rows])
            {
                recurrence.States = states;
                Work work = new(&recurrence, rows);
                OrtFunctions.ParallelFor(context, &ComputeDirection, recurrence.Directions, &work);
            }

            return 0;
        }
        catch (Exception error) when (error is InvalidOperationException or OverflowException or OutOfMemoryException)
        {
            return OrtFunctions.Failure(error.Message);
        }
    }

    [UnmanagedCallersOnly]
    private static void ComputeDirection(void* work, nuint direction)
    {
        ref Work state = ref Unsafe.AsRef<Work>(work);
        int rows = state.Recurrence->Rows / state.Recurrence->Directions;
        state.Recurrence->ComputeDirection((int)direction, new Span<LstmRow>(state.Rows + ((int)direction * rows), rows));
    }

    private static bool Is(ReadOnlySpan<long> axes, params ReadOnlySpan<long> expected) => axes.SequenceEqual(expected);

    private readonly struct Work(LstmRecurrence* recurrence, LstmRow* rows)
    {
        public LstmRecurrence* Recurrence { get; } = recurrence;

        public LstmRow* Rows { get; } = rows;
    }
}
