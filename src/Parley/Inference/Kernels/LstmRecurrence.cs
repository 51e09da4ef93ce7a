using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary>
/// The operator <see cref="LstmRecurrences.Operator"/>. Its time is that of reading the recurrent weights, from the third-level cache, at every step. So a sequence is
/// gone through in several stretches at once. All but the first begin early and know nothing: by the time they are needed, most layers have forgotten where they began.
/// That is looked at; a stretch of one that has not is gone through again, from where the one before it ended. Needs AVX2.
/// </summary>
internal unsafe struct LstmRecurrence
{
    // Rows that are multiplied at a time.
    private const int RowsAtOnce = 3;

    // Steps that a stretch begins early. In 200 stretches of speech the recogniser's layer had forgotten where it began after 64 steps but for three, and after 80 in all.
    private const int Early = 64;

    private const int GroupUnits = RecurrentWeights.GroupUnits, GroupRows = RecurrentWeights.GroupRows;

    /// <summary>[steps, batch, directions, groups, 32]: products of the inputs with their weights.</summary>
    public required float* Inputs { get; init; }

    /// <summary>As <see cref="RecurrentWeights"/> describes them.</summary>
    public required float* Weights { get; init; }

    /// <summary>[directions, groups, 32].</summary>
    public required float* Bias { get; init; }

    /// <summary>[directions, batch, units], or null for zeros.</summary>
    public required float* FirstOutput { get; init; }

    /// <summary>[directions, batch, units], or null for zeros.</summary>
    public required float* FirstCell { get; init; }

    /// <summary>Room for states: <see cref="RowSize"/> numbers, zero, for each row.</summary>
    public float* States { get; set; }

    /// <summary>[steps, directions, batch, units].</summary>
    public required float* Output { get; init; }

    /// <summary>Steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Sequences.</summary>
    public required int Batch { get; init; }

    /// <summary>Directions.</summary>
    public required int Directions { get; init; }

    /// <summary>Units of a direction.</summary>
    public required int Units { get; init; }

    /// <summary>Stretches of all sequences and directions.</summary>
    public int Rows => checked(Directions * Batch * Stretches);

    /// <summary>Numbers that a row needs for its states: the last output twice, the cell, and both where the stretch before it ends.</summary>
    public int RowSize => 5 * Depth;

    private int Groups => (int)RecurrentWeights.Groups(Units);

    private int Depth => Groups * GroupUnits;

    // Of each sequence.
    private int Stretches => Math.Clamp(Steps / Early, 1, Math.Max(1, RowsAtOnce / Batch));

    // Steps of a stretch.
    private int Length => (int)((Steps + ((Stretches - 1L) * Early) + Stretches - 1) / Stretches);

    /// <summary>Goes through all steps, forwards in the first direction and backwards in the second. Directions may be computed at the same time.</summary>
    /// <param name="direction">The direction.</param>
    /// <param name="rows">Room for its rows.</param>
    public void ComputeDirection(int direction, Span<LstmRow> rows)
    {
        int stretches = Stretches, length = Length, depth = Depth;
        for (int i = 0; i < rows.Length; i++)
            rows[i] = Begin(direction, i / stretches, i % stretches, States + (((long)direction * rows.Length) + i) * RowSize);
        for (int done = 1; done <= length; done++)
        {
            Step(direction, rows);
            for (int i = 0; i < rows.Length; i++)
            {
                if (i % stretches > 0 && done == Overlap(i % stretches))
                    rows[i].Remember(depth);
            }
        }

        for (int i = 0; i < rows.Length; i++)
        {
            if (i % stretches == 0 || rows[i].Follows(rows[i - 1], depth))
                continue;
            int again = length - Overlap(i % stretches);
            rows[i].GoBack(again, rows[i - 1], depth);
            for (int done = 0; done < again; done++)
                Step(direction, rows.Slice(i, 1));
        }
    }

    private LstmRow Begin(int direction, int sequence, int stretch, float* state)
    {
        int step = FirstStep(stretch), sign = direction == 0 ? 1 : -1;
        long first = direction == 0 ? step : Steps - 1 - step, number = ((long)direction * Batch) + sequence;
        if (stretch == 0 && FirstOutput is not null)
            LstmRow.Copy(FirstOutput + (number * Units), state, Units);
        if (stretch == 0 && FirstCell is not null)
            LstmRow.Copy(FirstCell + (number * Units), state + (2L * Depth), Units);
        return new LstmRow
        {
            Hidden = state,
            Next = state + Depth,
            Cell = state + (2L * Depth),
            Reached = state + (3L * Depth),
            Inputs = Inputs + (((((first * Batch) + sequence) * Directions) + direction) * Groups * GroupRows),
            InputStride = sign * (long)Batch * Directions * Groups * GroupRows,
            Output = Output + (((first * Directions * Batch) + number) * Units),
            OutputStride = sign * (long)Directions * Batch * Units,
        };
    }

    private int FirstStep(int stretch) => stretch == 0 ? 0 : (int)((long)stretch * (Steps - Length) / (Stretches - 1));

    // Steps at the beginning of a stretch that the one before it takes, too; it writes them last.
    private int Overlap(int stretch) => FirstStep(stretch - 1) + Length - FirstStep(stretch);

    private void Step(int direction, Span<LstmRow> rows)
    {
        int groups = Groups, depth = Depth;
        float* sums = stackalloc float[RowsAtOnce * GroupRows];
        for (int group = 0; group < groups; group++)
        {
            long place = ((long)direction * groups) + group;
            float* weights = Weights + (place * depth * GroupRows), bias = Bias + (place * GroupRows);
            for (int i = 0; i < rows.Length; i += RowsAtOnce)
            {
                Span<LstmRow> some = rows[i..Math.Min(i + RowsAtOnce, rows.Length)];
                Multiply(weights, some[0].Hidden, some[some.Length / 2].Hidden, some[^1].Hidden, depth, sums); // some of them twice where there are fewer
                for (int row = 0; row < some.Length; row++)
                    Finish(sums + (row * GroupRows), some[row].Inputs + (group * GroupRows), bias, some[row].Cell + (group * GroupUnits), some[row].Next + (group * GroupUnits));
            }
        }

        foreach (ref LstmRow row in rows)
            row.Advance(Units);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(float* weights, float* one, float* two, float* three, int depth, float* sums)
    {
        Vector256<float> sum00 = Vector256<float>.Zero, sum01 = sum00, sum02 = sum00, sum03 = sum00;
        Vector256<float> sum10 = sum00, sum11 = sum00, sum12 = sum00, sum13 = sum00, sum20 = sum00, sum21 = sum00, sum22 = sum00, sum23 = sum00;
        for (int i = 0; i < depth; i++, weights += GroupRows)
        {
            Vector256<float> value0 = Vector256.Create(one[i]), value1 = Vector256.Create(two[i]), value2 = Vector256.Create(three[i]);
            Vector256<float> weight = Vector256.Load(weights);
            sum00 = Vector256.MultiplyAddEstimate(weight, value0, sum00);
            sum10 = Vector256.MultiplyAddEstimate(weight, value1, sum10);
            sum20 = Vector256.MultiplyAddEstimate(weight, value2, sum20);
            weight = Vector256.Load(weights + 8);
            sum01 = Vector256.MultiplyAddEstimate(weight, value0, sum01);
            sum11 = Vector256.MultiplyAddEstimate(weight, value1, sum11);
            sum21 = Vector256.MultiplyAddEstimate(weight, value2, sum21);
            weight = Vector256.Load(weights + 16);
            sum02 = Vector256.MultiplyAddEstimate(weight, value0, sum02);
            sum12 = Vector256.MultiplyAddEstimate(weight, value1, sum12);
            sum22 = Vector256.MultiplyAddEstimate(weight, value2, sum22);
            weight = Vector256.Load(weights + 24);
            sum03 = Vector256.MultiplyAddEstimate(weight, value0, sum03);
            sum13 = Vector256.MultiplyAddEstimate(weight, value1, sum13);
            sum23 = Vector256.MultiplyAddEstimate(weight, value2, sum23);
        }

        sum00.Store(sums);
        sum01.Store(sums + 8);
        sum02.Store(sums + 16);
        sum03.Store(sums + 24);
        sum10.Store(sums + 32);
        sum11.Store(sums + 40);
        sum12.Store(sums + 48);
        sum13.Store(sums + 56);
        sum20.Store(sums + 64);
        sum21.Store(sums + 72);
        sum22.Store(sums + 80);
        sum23.Store(sums + 88);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(float* sums, float* inputs, float* bias, float* cells, float* hidden)
    {
        Vector256<float> cell = (Sigmoid(Gate(2)) * Vector256.Load(cells)) + (Sigmoid(Gate(0)) * Tanh(Gate(3)));
        cell.Store(cells);
        (Sigmoid(Gate(1)) * Tanh(cell)).Store(hidden);

        Vector256<float> Gate(int gate) => Vector256.Load(sums + (gate * GroupUnits)) + (Vector256.Load(inputs + (gate * GroupUnits)) + Vector256.Load(bias + (gate * GroupUnits)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Sigmoid(Vector256<float> value) => Vector256<float>.One / (Vector256<float>.One + Exp(-value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Tanh(Vector256<float> value) => (2 * Sigmoid(2 * value)) - Vector256<float>.One;

    // Cephes' expf: 2^n times a polynomial for what is left. .NET's own is exact to the last bit and takes half as long as all products.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Exp(Vector256<float> value)
    {
        // The smaller of a number and what is none is what is none: the second.
        value = Avx.Max(Vector256.Create(-87f), Avx.Min(Vector256.Create(87f), value));
        Vector256<float> power = Avx.RoundToNearestInteger(value * 1.44269504f);
        Vector256<float> rest = Vector256.MultiplyAddEstimate(power, Vector256.Create(2.12194440e-4f), Vector256.MultiplyAddEstimate(power, Vector256.Create(-0.693359375f), value));
        Vector256<float> sum = Vector256.Create(1.9875691500e-4f);
        sum = Vector256.MultiplyAddEstimate(sum, rest, Vector256.Create(1.3981999507e-3f));
        sum = Vector256.MultiplyAddEstimate(sum, rest, Vector256.Create(8.3334519073e-3f));
        sum = Vector256.MultiplyAddEstimate(sum, rest, Vector256.Create(4.1665795894e-2f));
        sum = Vector256.MultiplyAddEstimate(sum, rest, Vector256.Create(1.6666665459e-1f));
        sum = Vector256.MultiplyAddEstimate(sum, rest, Vector256.Create(5.0000001201e-1f));
        sum = Vector256.MultiplyAddEstimate(sum, rest * rest, rest + Vector256<float>.One);
        return sum * ((Avx.ConvertToVector256Int32(power) + Vector256.Create(127)) << 23).AsSingle();
    }
}
