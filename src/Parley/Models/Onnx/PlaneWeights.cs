namespace Parley.Models.Onnx;

/// <summary>
/// How the weights of a convolution over two axes lie for the project's own operator <c>PlaneConvolution</c>: as matrices with a row for each input and a column for each
/// output, in panels of 16 columns, filled up with zeros. Three ways, told apart by the number of matrices: one for all positions that the weights see; six for four
/// columns that are made together, each with the positions below one another; or 36 for four columns of four rows.
/// </summary>
/// <remarks>Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016: F(4, 3), and F(4x4, 3x3) nested of it.</remarks>
internal static class PlaneWeights
{
    /// <summary>Matrices where each position is made alone.</summary>
    public const int PixelMatrices = 1;

    /// <summary>Matrices where four columns are made together.</summary>
    public const int StripMatrices = Points;

    /// <summary>Matrices where four columns of four rows are made together.</summary>
    public const int SquareMatrices = Points * Points;

    /// <summary>Height and width of weights that may be multiplied in the two latter ways.</summary>
    public const int WinogradSize = 3;

    /// <summary>Columns of a panel.</summary>
    public const int PanelColumns = 16;

    private const int Points = 6;

    // What three weights become at the points 0, 1, -1, 2, -2, and at infinity.
    private static readonly double[][] Spread =
    [
        [1 / 4d, 0, 0],
        [-1 / 6d, -1 / 6d, -1 / 6d],
        [-1 / 6d, 1 / 6d, -1 / 6d],
        [1 / 24d, 1 / 12d, 1 / 6d],
        [1 / 24d, -1 / 12d, 1 / 6d],
        [0, 0, 1],
    ];

    /// <summary>Axes of arranged weights: matrices, panels, rows, columns of a panel.</summary>
    /// <param name="matrices">Number of the matrices.</param>
    /// <param name="size">Height and width of the weights.</param>
    /// <param name="inputs">Channels that they read.</param>
    /// <param name="outputs">Channels that they make.</param>
    public static long[] Shape(long matrices, long size, long inputs, long outputs) => [matrices, Panels(outputs), Taps(matrices, size) * inputs, PanelColumns];

    /// <summary>Panels of a matrix.</summary>
    public static int Panels(long outputs) => (int)((outputs + PanelColumns - 1) / PanelColumns);

    /// <summary>Arranges weights.</summary>
    /// <param name="weights">[outputs, inputs, size, size].</param>
    /// <param name="outputs">Channels that they make.</param>
    /// <param name="inputs">Channels that they read.</param>
    /// <param name="size">Their height and width.</param>
    /// <param name="matrices">Number of the matrices.</param>
    public static float[] Arrange(ReadOnlySpan<float> weights, int outputs, int inputs, int size, int matrices)
    {
        int panels = Panels(outputs), taps = (int)Taps(matrices, size);
        float[] arranged = new float[matrices * panels * taps * inputs * PanelColumns];
        for (int output = 0; output < outputs; output++)
        {
            (int panel, int column) = Math.DivRem(output, PanelColumns);
            for (int input = 0; input < inputs; input++)
            {
                ReadOnlySpan<float> kernel = weights.Slice(((output * inputs) + input) * size * size, size * size);
                for (int matrix = 0; matrix < matrices; matrix++)
                {
                    for (int tap = 0; tap < taps; tap++)
                        arranged[(((((((matrix * panels) + panel) * taps) + tap) * inputs) + input) * PanelColumns) + column] = (float)Value(kernel, matrices, matrix, tap);
                }
            }
        }

        return arranged;
    }

    private static long Taps(long matrices, long size) => matrices switch { PixelMatrices => size * size, StripMatrices => size, _ => 1 };

    private static double Value(ReadOnlySpan<float> kernel, int matrices, int matrix, int tap) => matrices switch
    {
        PixelMatrices => kernel[tap],
        StripMatrices => Line(kernel, tap, Spread[matrix]),
        _ => Square(kernel, Spread[matrix / Points], Spread[matrix % Points]),
    };

    private static double Square(ReadOnlySpan<float> kernel, double[] down, double[] across)
        => (down[0] * Line(kernel, 0, across)) + (down[1] * Line(kernel, 1, across)) + (down[2] * Line(kernel, 2, across));

    private static double Line(ReadOnlySpan<float> kernel, int row, double[] across)
        => (across[0] * kernel[row * WinogradSize]) + (across[1] * kernel[(row * WinogradSize) + 1]) + (across[2] * kernel[(row * WinogradSize) + 2]);
}
