namespace Parley.Models.Onnx;

/// <summary>
/// How a matrix of bytes lies for the project's own operator <c>PackedMatMul</c>: in panels of 16 columns, and in a panel in blocks of 8 rows, 128 bytes each.
/// In a block the two halves of the columns follow one another, in each half the first four rows and then the other four, and there column by column. Rows
/// and columns that are missing at the ends are zero.
/// </summary>
internal static class PackedMatrix
{
    /// <summary>
    /// The operator: floats [.., rows], made 8 bits as <c>DynamicQuantizeLinear</c> does, times a packed matrix of unsigned bytes [rows, columns], with a scale
    /// and a zero point for each column, plus a bias; the outcome in floats [.., columns]. Up to two more inputs of its shape may be added.
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
    public const int BlockRows = 8;

    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = BlockRows * PanelColumns;

    private const int HalfColumns = PanelColumns / 2, HalfRows = BlockRows / 2, QuarterBytes = HalfColumns * HalfRows;

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
            int inBlock = row % BlockRows, place = ((row / BlockRows) * BlockBytes) + (inBlock / HalfRows * QuarterBytes) + (inBlock % HalfRows);
            for (int column = 0; column < columns; column++)
            {
                int inPanel = column % PanelColumns;
                packed[(column / PanelColumns * blocks * BlockBytes) + (inPanel / HalfColumns * 2 * QuarterBytes) + (inPanel % HalfColumns * HalfRows) + place] = (byte)(line[column] + offset);
            }
        }

        return packed;
    }

    private static long Groups(long count, int size) => (count + size - 1) / size;
}
