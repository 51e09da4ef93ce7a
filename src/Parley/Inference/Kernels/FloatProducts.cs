using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Parley.Inference.Kernels;

/// <summary>Products of a few rows of floats and a panel, which is some columns of a matrix, row after row. Each sum is made from the first to the last. Needs AVX2 and FMA.</summary>
internal static unsafe class FloatProducts
{
    /// <summary>Rows at a time: with <see cref="Columns"/>, as many sums as there are registers for.</summary>
    public const int Rows = 6;

    /// <summary>Columns of a panel.</summary>
    public const int Columns = 16;

    private const int Lanes = 8;

    /// <summary>Panels of so many columns.</summary>
    public static int Panels(int columns) => (columns + Columns - 1) / Columns;

    /// <summary>Packs a matrix into panels; missing columns are zero.</summary>
    /// <param name="matrix">[rows, columns].</param>
    /// <param name="stride">From row to row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="panels">Receives them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(float* matrix, int stride, int rows, int columns, float* panels)
    {
        for (int column = 0; column < columns; column += Columns)
        {
            int width = Math.Min(Columns, columns - column);
            float* line = matrix + column;
            for (int row = 0; row < rows; row++, line += stride, panels += Columns)
            {
                if (width == Columns)
                {
                    Vector256.Load(line).Store(panels);
                    Vector256.Load(line + Lanes).Store(panels + Lanes);
                    continue;
                }

                for (int i = 0; i < Columns; i++)
                    panels[i] = i < width ? line[i] : 0;
            }
        }
    }

    /// <summary>Packs a matrix that is turned over: its rows become columns.</summary>
    /// <param name="matrix">[columns, rows].</param>
    /// <param name="stride">From column to column.</param>
    /// <param name="rows">Rows of the panels.</param>
    /// <param name="columns">Columns of the panels.</param>
    /// <param name="panels">Receives them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackTurned(float* matrix, int stride, int rows, int columns, float* panels)
    {
        for (int column = 0; column < Panels(columns) * Columns; column += Lanes)
        {
            float* from = matrix + ((long)column * stride), target = panels + ((long)(column / Columns) * rows * Columns) + (column % Columns);
            int count = Math.Min(Lanes, columns - column), row = 0;
            for (; count == Lanes && row <= rows - Lanes; row += Lanes)
                Turn(from + row, stride, target + ((long)row * Columns));
            for (; row < rows; row++)
            {
                for (int i = 0; i < Lanes; i++)
                    target[((long)row * Columns) + i] = i < count ? from[((long)i * stride) + row] : 0;
            }
        }
    }

    /// <summary>Multiplies <see cref="Rows"/> rows and a panel.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="stride">From row to row.</param>
    /// <param name="panel">The panel.</param>
    /// <param name="depth">Values of a row.</param>
    /// <param name="factor">Of the sums.</param>
    /// <param name="adds">Whether the sums are added to what is there.</param>
    /// <param name="target">Receives them.</param>
    /// <param name="targetStride">From row to row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* rows, int stride, float* panel, int depth, float factor, bool adds, float* target, int targetStride)
    {
        float* row1 = rows + stride, row2 = row1 + stride, row3 = row2 + stride, row4 = row3 + stride, row5 = row4 + stride;
        Vector256<float> s00 = Vector256<float>.Zero, s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00, s40 = s00, s41 = s00, s50 = s00, s51 = s00;
        for (nint i = 0; i < depth; i++, panel += Columns)
        {
            Vector256<float> low = Vector256.Load(panel), high = Vector256.Load(panel + Lanes), value = Avx.BroadcastScalarToVector256(rows + i);
            s00 = Fma.MultiplyAdd(value, low, s00);
            s01 = Fma.MultiplyAdd(value, high, s01);
            value = Avx.BroadcastScalarToVector256(row1 + i);
            s10 = Fma.MultiplyAdd(value, low, s10);
            s11 = Fma.MultiplyAdd(value, high, s11);
            value = Avx.BroadcastScalarToVector256(row2 + i);
            s20 = Fma.MultiplyAdd(value, low, s20);
            s21 = Fma.MultiplyAdd(value, high, s21);
            value = Avx.BroadcastScalarToVector256(row3 + i);
            s30 = Fma.MultiplyAdd(value, low, s30);
            s31 = Fma.MultiplyAdd(value, high, s31);
            value = Avx.BroadcastScalarToVector256(row4 + i);
            s40 = Fma.MultiplyAdd(value, low, s40);
            s41 = Fma.MultiplyAdd(value, high, s41);
            value = Avx.BroadcastScalarToVector256(row5 + i);
            s50 = Fma.MultiplyAdd(value, low, s50);
            s51 = Fma.MultiplyAdd(value, high, s51);
        }

        Vector256<float> all = Vector256.Create(factor);
        Finish(s00, s01, all, adds, target);
        Finish(s10, s11, all, adds, target += targetStride);
        Finish(s20, s21, all, adds, target += targetStride);
        Finish(s30, s31, all, adds, target += targetStride);
        Finish(s40, s41, all, adds, target += targetStride);
        Finish(s50, s51, all, adds, target + targetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(Vector256<float> low, Vector256<float> high, Vector256<float> factor, bool adds, float* target)
    {
        (low, high) = adds
            ? (Fma.MultiplyAdd(low, factor, Vector256.Load(target)), Fma.MultiplyAdd(high, factor, Vector256.Load(target + Lanes)))
            : (low * factor, high * factor);
        low.Store(target);
        high.Store(target + Lanes);
    }

    // Eight rows of eight become columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(float* from, int stride, float* target)
    {
        Vector256<float> line0 = Vector256.Load(from), line1 = Vector256.Load(from + stride), line2 = Vector256.Load(from + (2L * stride)), line3 = Vector256.Load(from + (3L * stride));
        Vector256<float> line4 = Vector256.Load(from + (4L * stride)), line5 = Vector256.Load(from + (5L * stride)), line6 = Vector256.Load(from + (6L * stride)), line7 = Vector256.Load(from + (7L * stride));
        (Vector256<float> low0, Vector256<float> low1, Vector256<float> low2, Vector256<float> low3) = TurnHalves(line0, line1, line2, line3);
        (Vector256<float> high0, Vector256<float> high1, Vector256<float> high2, Vector256<float> high3) = TurnHalves(line4, line5, line6, line7);
        const byte Lower = 0x20, Upper = 0x31;
        Avx.Permute2x128(low0, high0, Lower).Store(target);
        Avx.Permute2x128(low1, high1, Lower).Store(target + Columns);
        Avx.Permute2x128(low2, high2, Lower).Store(target + (2 * Columns));
        Avx.Permute2x128(low3, high3, Lower).Store(target + (3 * Columns));
        Avx.Permute2x128(low0, high0, Upper).Store(target + (4 * Columns));
        Avx.Permute2x128(low1, high1, Upper).Store(target + (5 * Columns));
        Avx.Permute2x128(low2, high2, Upper).Store(target + (6 * Columns));
        Avx.Permute2x128(low3, high3, Upper).Store(target + (7 * Columns));
    }

    // In each half of the vectors, four rows of four become columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> First, Vector256<float> Second, Vector256<float> Third, Vector256<float> Fourth) TurnHalves(
        Vector256<float> line0, Vector256<float> line1, Vector256<float> line2, Vector256<float> line3)
    {
        Vector256<double> front01 = Avx.UnpackLow(line0, line1).AsDouble(), back01 = Avx.UnpackHigh(line0, line1).AsDouble();
        Vector256<double> front23 = Avx.UnpackLow(line2, line3).AsDouble(), back23 = Avx.UnpackHigh(line2, line3).AsDouble();
        return (Avx.UnpackLow(front01, front23).AsSingle(), Avx.UnpackHigh(front01, front23).AsSingle(), Avx.UnpackLow(back01, back23).AsSingle(), Avx.UnpackHigh(back01, back23).AsSingle());
    }
}
