namespace Parley.Models.Onnx;

/// <summary>
/// Sizes of a block of densely connected layers, and where the tensors of a layer lie. Numbers of a layer: gains and offsets of its input channels, filled up with
/// zeros to whole blocks; scales and bias of the first convolution; of the second; weights [hidden, bottleneck] and bias of the context's first product; weights
/// [growth, hidden] and bias of the second. Weights of a layer: two matrices of signed bytes as <see cref="PackedMatrix"/> says, [channels, bottleneck] and
/// [taps * bottleneck, growth].
/// </summary>
/// <param name="Channels">Of the input.</param>
/// <param name="Layers">Their number.</param>
/// <param name="Growth">Channels that each of them adds.</param>
/// <param name="Bottleneck">Channels between the two convolutions, a multiple of <see cref="PackedMatrix.BlockRows"/>.</param>
/// <param name="Hidden">Channels between the two products of the context.</param>
/// <param name="Taps">Frames that the second convolution sees at a time.</param>
internal readonly record struct DenseSizes(int Channels, int Layers, int Growth, int Bottleneck, int Hidden, int Taps)
{
    /// <summary>Channels of the outcome.</summary>
    public int Outputs => Channels + (Layers * Growth);

    /// <summary>Channels that a layer reads, filled up to whole blocks.</summary>
    public int Wide(int layer) => Blocks(Channels + (layer * Growth)) * PackedMatrix.BlockRows;

    /// <summary>Numbers of a layer.</summary>
    public long Numbers(int layer) => (2L * Wide(layer)) + (2L * Bottleneck) + (2L * Growth) + ((long)Hidden * (Bottleneck + 1)) + ((long)Growth * (Hidden + 1));

    /// <summary>Bytes of the first matrix of a layer.</summary>
    public long NarrowBytes(int layer) => Bytes(Wide(layer), Bottleneck);

    /// <summary>Bytes of the second matrix of a layer.</summary>
    public long LocalBytes => Bytes(Taps * Bottleneck, Growth);

    /// <summary>Numbers of all layers.</summary>
    public long AllNumbers()
    {
        long sum = 0;
        for (int layer = 0; layer < Layers; layer++)
            sum += Numbers(layer);
        return sum;
    }

    /// <summary>Bytes of all layers' matrices.</summary>
    public long AllBytes()
    {
        long sum = 0;
        for (int layer = 0; layer < Layers; layer++)
            sum += NarrowBytes(layer) + LocalBytes;
        return sum;
    }

    private static int Blocks(int rows) => (rows + PackedMatrix.BlockRows - 1) / PackedMatrix.BlockRows;

    private static long Bytes(int rows, int columns)
    {
        long[] shape = PackedMatrix.Shape(rows, columns);
        return shape[0] * shape[1] * shape[2];
    }
}
