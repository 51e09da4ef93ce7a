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
    public static void PackTurned(float* matrix, int stride, int rows, int columns, float* panels)
    {
        for (int column = 0; column < columns; column += Columns, panels += (long)rows * Columns)
        {
            int width = Math.Min(Columns, columns - column);
            if (width < Columns)
                new Span<float>(panels, rows * Columns).Clear();
            Transposition.Turn(matrix + ((long)column * stride), width, rows, stride, panels, Columns);
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
}
