using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Parley.Inference.Kernels;

/// <summary>Turns matrices of floats. Needs AVX.</summary>
internal static unsafe class Transposition
{
    private const int Tile = 4;

    /// <summary>Turns one.</summary>
    /// <param name="from">[rows, columns].</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="fromStride">Numbers from one row to the next.</param>
    /// <param name="to">[columns, rows].</param>
    /// <param name="toStride">Numbers from one row to the next there.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn(float* from, int rows, int columns, int fromStride, float* to, int toStride)
    {
        int wholeRows = rows / Tile * Tile, wholeColumns = columns / Tile * Tile;
        for (int row = 0; row < wholeRows; row += Tile)
        {
            float* line = from + ((long)row * fromStride);
            for (int column = 0; column < wholeColumns; column += Tile)
                TurnTile(line + column, fromStride, to + ((long)column * toStride) + row, toStride);
        }

        for (int row = 0; row < rows; row++)
        {
            for (int column = row < wholeRows ? wholeColumns : 0; column < columns; column++)
                to[((long)column * toStride) + row] = from[((long)row * fromStride) + column];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnTile(float* from, int fromStride, float* to, int toStride)
    {
        Vector128<float> row0 = Vector128.Load(from), row1 = Vector128.Load(from + fromStride), row2 = Vector128.Load(from + (2L * fromStride)), row3 = Vector128.Load(from + (3L * fromStride));
        Vector128<double> low01 = Sse.UnpackLow(row0, row1).AsDouble(), high01 = Sse.UnpackHigh(row0, row1).AsDouble();
        Vector128<double> low23 = Sse.UnpackLow(row2, row3).AsDouble(), high23 = Sse.UnpackHigh(row2, row3).AsDouble();
        Sse2.UnpackLow(low01, low23).AsSingle().Store(to);
        Sse2.UnpackHigh(low01, low23).AsSingle().Store(to + toStride);
        Sse2.UnpackLow(high01, high23).AsSingle().Store(to + (2L * toStride));
        Sse2.UnpackHigh(high01, high23).AsSingle().Store(to + (3L * toStride));
    }
}
