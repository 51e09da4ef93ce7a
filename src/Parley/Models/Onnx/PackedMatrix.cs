using System.Numerics;

namespace Parley.Models.Onnx;

/// <summary>
/// How a matrix of bytes lies for the project's own operator <c>PackedMatMul</c>: in panels of 16 columns, and in a panel in blocks of 4 rows, 64 bytes each. In a
/// block the columns follow one another. Rows and columns that are missing at the ends are zero.
/// </summary>
internal static class PackedMatrix
{
    /// <summary>
    /// The operator: floats [.., rows], made 8 bits as <c>DynamicQuantizeLinear</c> does, times a packed matrix of unsigned bytes [rows, columns], with a scale
    /// and a zero point for each column, plus a bias; the outcome in floats [.., columns]. Behind the bias stand the matrix's <see cref="Squares"/>, and up to two more
    /// inputs of the outcome's shape, which are added.
    /// </summary>
    public const string Operator = "PackedMatMul";

    /// <summary>Attribute: the byte in the middle of the range; none is larger than twice that. At most 128.</summary>
    public const string Center = "center";

    /// <summary>Attribute: 1 where negative outcomes become 0.</summary>
    public const string Relu = "relu";

    /// <summary>Attribute: 1 where values stand behind a Relu: negative ones count as 0, and the bytes of the matrix lie as signed ones, less the center.</summary>
    public const string Rectified = "rectified";

    /// <summary>Columns of a panel.</summary>
    public const int PanelColumns = 16;

    /// <summary>Rows of a block.</summary>
    public const int BlockRows = 4;

    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = BlockRows * PanelColumns;

    /// <summary>Blocks whose products are added up in 16 bits at most.</summary>
    public const int LongestRun = 32;

    // A sum of 16 bits sees every other pair of rows.
    private const int PairRows = 2;

    /// <summary>Axes of the packed matrix: panels, blocks, bytes.</summary>
    public static long[] Shape(long rows, long columns) => [Groups(columns, PanelColumns), Groups(rows, BlockRows), BlockBytes];

    /// <summary>Packs a matrix.</summary>
    /// <param name="matrix">Row after row.</param>
    /// <param name="columns">Bytes of a row.</param>
    /// <param name="offset">Added to every byte.</param>
    public static byte[] Pack(ReadOnlySpan<byte> matrix, int columns, byte offset)
    {
        int rows = matrix.Length / columns, blocks = (int)Groups(rows, BlockRows);
        byte[] packed = new byte[Groups(columns, PanelColumns) * blocks * BlockBytes];
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<byte> line = matrix.Slice(row * columns, columns);
            int place = (row / BlockRows * BlockBytes) + (row % BlockRows);
            for (int column = 0; column < columns; column++)
                packed[(column / PanelColumns * blocks * BlockBytes) + (column % PanelColumns * BlockRows) + place] = (byte)(line[column] + offset);
        }

        return packed;
    }

    /// <summary>
    /// What bounds the sums of runs of blocks (Cauchy and Schwarz): for one block, two, and so on up to <see cref="LongestRun"/>, the largest sum of the squares of
    /// weights, counted from the center, that one sum of 16 bits sees, in any column and from any block on.
    /// </summary>
    /// <param name="matrix">Row after row.</param>
    /// <param name="columns">Bytes of a row.</param>
    /// <param name="offset">Added to every byte.</param>
    /// <param name="center">The center.</param>
    public static float[] Squares(ReadOnlySpan<byte> matrix, int columns, byte offset, int center)
    {
        int rows = matrix.Length / columns, blocks = (int)Groups(rows, BlockRows), pairs = BlockRows / PairRows;

        // For each pair of a block and each column: the squares up to a block.
        int[][] upTo = new int[(blocks + 1) * pairs][];
        for (int pair = 0; pair < pairs; pair++)
            upTo[pair] = new int[columns];
        for (int i = 0; i < blocks * pairs; i++)
        {
            int[] sums = (int[])upTo[i].Clone();
            for (int row = i * PairRows; row < Math.Min((i + 1) * PairRows, rows); row++)
            {
                ReadOnlySpan<byte> line = matrix.Slice(row * columns, columns);
                for (int column = 0; column < columns; column++)
                {
                    int weight = (byte)(line[column] + offset) - center;
                    sums[column] += weight * weight;
                }
            }

            upTo[i + pairs] = sums;
        }

        float[] largest = new float[LongestRun];
        for (int run = 1; run <= LongestRun; run++)
        {
            for (int end = pairs; end < upTo.Length; end++)
                largest[run - 1] = Math.Max(largest[run - 1], LargestDifference(upTo[end], upTo[Math.Max(end - (run * pairs), end % pairs)]));
        }

        return largest;
    }

    private static int LargestDifference(int[] more, int[] less)
    {
        Vector<int> most = Vector<int>.Zero;
        int i = 0;
        for (; i <= more.Length - Vector<int>.Count; i += Vector<int>.Count)
            most = Vector.Max(most, new Vector<int>(more, i) - new Vector<int>(less, i));
        int largest = 0;
        for (int lane = 0; lane < Vector<int>.Count; lane++)
            largest = Math.Max(largest, most[lane]);
        for (; i < more.Length; i++)
            largest = Math.Max(largest, more[i] - less[i]);
        return largest;
    }

    private static long Groups(long count, int size) => (count + size - 1) / size;
}
