using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary>
/// The operator <see cref="PackedMatrix.Operator"/>: floats are made 8 bits, multiplied with packed bytes, exactly, and made floats again, in one go. Sums are
/// those of <c>MatMulInteger</c>, on processors that have no instruction for them (x86 without VNNI) too. Needs AVX2.
/// </summary>
internal readonly unsafe struct PackedMatMul
{
    private const int Group = ByteProducts<SignedValues>.Rows, Columns = PackedMatrix.PanelColumns;

    /// <summary>[rows, depth].</summary>
    public required float* Input { get; init; }

    /// <summary>Rows of the input.</summary>
    public required int Rows { get; init; }

    /// <summary>Values of a row.</summary>
    public required int Depth { get; init; }

    /// <summary>As <see cref="PackedMatrix"/> describes it.</summary>
    public required byte* Weights { get; init; }

    /// <summary>[columns].</summary>
    public required float* Scales { get; init; }

    /// <summary>[columns].</summary>
    public required byte* ZeroPoints { get; init; }

    /// <summary>[columns].</summary>
    public required float* Bias { get; init; }

    /// <summary>Columns of the matrix.</summary>
    public required int Width { get; init; }

    /// <summary>The middle of the range of the weights, at most 128.</summary>
    public required byte Center { get; init; }

    /// <summary>Whether negative values count as 0, and weights lie as signed bytes, less the center.</summary>
    public bool IsRectified { get; init; }

    /// <summary>Whether negative outcomes become 0.</summary>
    public required bool Relu { get; init; }

    /// <summary>[<see cref="PackedMatrix.LongestRun"/>], as of <see cref="PackedMatrix.Squares"/>.</summary>
    public required float* Squares { get; init; }

    /// <summary>[rows, columns]: added to the outcome; null for nothing.</summary>
    public float* Addend { get; init; }

    /// <summary>[rows, columns]: added to that; null for nothing.</summary>
    public float* SecondAddend { get; init; }

    /// <summary>[rows, columns].</summary>
    public required float* Output { get; init; }

    /// <summary>Panels of the matrix.</summary>
    public int Panels => (Width + Columns - 1) / Columns;

    /// <summary>Computes the columns of one panel. Panels may be computed at the same time.</summary>
    /// <param name="rows">The input, in bytes.</param>
    /// <param name="panel">Its number.</param>
    public void ComputePanel(QuantizedRows rows, int panel)
    {
        if (IsRectified)
            ComputePanel<RectifiedValues>(rows, panel);
        else if (rows.IsUnsigned)
            ComputePanel<UnsignedValues>(rows, panel);
        else
            ComputePanel<SignedValues>(rows, panel);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ComputePanel<TOrder>(QuantizedRows rows, int panel)
        where TOrder : struct, IFactorOrder
    {
        int blocks = (Depth + PackedMatrix.BlockRows - 1) / PackedMatrix.BlockRows, column = panel * Columns, width = Math.Min(Columns, Width - column);
        byte* weights = Weights + ((long)panel * blocks * PackedMatrix.BlockBytes);

        // For each column: factor, bias, and what the sum of a row's values counts for.
        float* factors = stackalloc float[Columns], bias = stackalloc float[Columns];
        int* shifts = stackalloc int[Columns], room = stackalloc int[ByteProducts<TOrder>.Room], sums = ByteProducts<TOrder>.Aligned(room);
        for (int i = 0; i < Columns; i++)
        {
            factors[i] = i < width ? rows.Scale * Scales[column + i] : 0;
            bias[i] = i < width ? Bias[column + i] : 0;
            shifts[i] = i < width ? Center - ZeroPoints[column + i] : 0;
        }

        // The next panel comes from memory while this one is multiplied, some lines with each group: a block is a line.
        ReadOnlySpan<RowGroup> groups = rows.Groups;
        int ahead = panel + 1 < Panels ? (blocks + groups.Length - 1) / groups.Length : 0;
        for (int i = 0; i < groups.Length; i++)
        {
            for (int block = i * ahead; block < Math.Min((i + 1) * ahead, blocks); block++)
                Sse.Prefetch1(weights + ((long)(blocks + block) * PackedMatrix.BlockBytes));
            RowGroup group = groups[i];
            int first = i * Group, count = Math.Min(Group, Rows - first);
            long place = ((long)first * Width) + column;
            if (Addend is not null)
                Prefetch(place, count);
            ByteProducts<TOrder>.Multiply(weights, Center, blocks, (byte*)group.Runs, (short*)group.Starts, (byte*)group.Values, sums);
            if (group.WideBlocks > 0)
                ByteProducts<TOrder>.AddWide(weights, Center, (int*)group.Places, group.WideBlocks, (short*)group.Wide, sums);
            if (width < Columns)
                FinishLast(sums, (int*)group.Sums, count, shifts, factors, bias, place, width);
            else if (Addend is null)
                Finish(sums, (int*)group.Sums, count, shifts, factors, bias, Output + place, Width);
            else
                FinishSum(sums, (int*)group.Sums, count, shifts, factors, bias, place);
        }
    }

    // Rows lie far apart: what is added is fetched while products are computed.
    private void Prefetch(long place, int rows)
    {
        for (int row = 0; row < rows; row++, place += Width)
        {
            Sse.Prefetch0(Addend + place);
            if (SecondAddend is not null)
                Sse.Prefetch0(SecondAddend + place);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish(int* sums, int* rowSums, int rows, int* shifts, float* factors, float* bias, float* target, int stride)
    {
        const int Half = Columns / 2;
        Vector256<int> shift0 = Vector256.Load(shifts), shift1 = Vector256.Load(shifts + Half);
        Vector256<float> factor0 = Vector256.Load(factors), factor1 = Vector256.Load(factors + Half), bias0 = Vector256.Load(bias), bias1 = Vector256.Load(bias + Half);
        Vector256<float> least = Relu ? Vector256<float>.Zero : Vector256.Create(float.NegativeInfinity);
        for (int row = 0; row < rows; row++)
        {
            Vector256<int> all = Vector256.Create(rowSums[row]);
            Vector256<int> exact0 = Vector256.Load(sums) + (shift0 * all), exact1 = Vector256.Load(sums + Half) + (shift1 * all);

            // The larger of a number and what is none is what is none: the second.
            Avx.Max(least, (Avx.ConvertToVector256Single(exact0) * factor0) + bias0).Store(target);
            Avx.Max(least, (Avx.ConvertToVector256Single(exact1) * factor1) + bias1).Store(target + Half);
            sums += Columns;
            target += stride;
        }
    }

    // With what is added; a Relu is none here.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FinishSum(int* sums, int* rowSums, int rows, int* shifts, float* factors, float* bias, long place)
    {
        const int Half = Columns / 2;
        Vector256<int> shift0 = Vector256.Load(shifts), shift1 = Vector256.Load(shifts + Half);
        Vector256<float> factor0 = Vector256.Load(factors), factor1 = Vector256.Load(factors + Half), bias0 = Vector256.Load(bias), bias1 = Vector256.Load(bias + Half);
        for (int row = 0; row < rows; row++)
        {
            Vector256<int> all = Vector256.Create(rowSums[row]);
            Vector256<int> exact0 = Vector256.Load(sums) + (shift0 * all), exact1 = Vector256.Load(sums + Half) + (shift1 * all);
            Vector256<float> sum0 = (Avx.ConvertToVector256Single(exact0) * factor0) + bias0 + Vector256.Load(Addend + place);
            Vector256<float> sum1 = (Avx.ConvertToVector256Single(exact1) * factor1) + bias1 + Vector256.Load(Addend + place + Half);
            if (SecondAddend is not null)
            {
                sum0 += Vector256.Load(SecondAddend + place);
                sum1 += Vector256.Load(SecondAddend + place + Half);
            }

            sum0.Store(Output + place);
            sum1.Store(Output + place + Half);
            sums += Columns;
            place += Width;
        }
    }

    // The last panel may have fewer columns than it has room for.
    private void FinishLast(int* sums, int* rowSums, int rows, int* shifts, float* factors, float* bias, long place, int width)
    {
        float* all = stackalloc float[Group * Columns];
        Finish(sums, rowSums, rows, shifts, factors, bias, all, Columns);
        for (int row = 0; row < rows; row++, place += Width)
        {
            for (int i = 0; i < width; i++)
            {
                float sum = all[(row * Columns) + i];
                if (Addend is not null)
                    sum += Addend[place + i];
                Output[place + i] = SecondAddend is null ? sum : sum + SecondAddend[place + i];
            }
        }
    }
}
