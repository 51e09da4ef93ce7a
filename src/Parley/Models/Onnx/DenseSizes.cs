namespace Parley.Models.Onnx;

/// <summary>
/// Sizes of a block of densely connected layers, and where the tensors of a layer lie. Numbers of a layer: gains and offsets of its input channels, filled up with
/// zeros to whole <see cref="Lanes"/>; scales and bias of the first convolution; of the second; weights [hidden, bottleneck] and bias of the context's first product; weights
/// [growth, hidden] and bias of the second. Weights of a layer: two matrices of signed bytes as <see cref="PackedMatrix"/> says, [channels, bottleneck] and
/// [taps * bottleneck, growth]. Behind the last layer there may be a transition: gains and offsets of all channels, scales and bias, and a matrix
/// [channels, transition].
/// </summary>
/// <param name="Channels">Of the input.</param>
/// <param name="Layers">Their number.</param>
/// <param name="Growth">Channels that each of them adds.</param>
/// <param name="Bottleneck">Channels between the two convolutions, a multiple of <see cref="Lanes"/>.</param>
/// <param name="Hidden">Channels between the two products of the context.</param>
/// <param name="Taps">Frames that the second convolution sees at a time.</param>
/// <param name="Transition">Channels that the transition makes of all of them; 0 where there is none.</param>
internal readonly record struct DenseSizes(int Channels, int Layers, int Growth, int Bottleneck, int Hidden, int Taps, int Transition)
{
    /// <summary>Channels that are normalised at a time.</summary>
    public const int Lanes = 8;

    /// <summary>Channels of the last layer's outcome.</summary>
    public int Grown => Channels + (Layers * Growth);

    /// <summary>Channels of the outcome.</summary>
    public int Outputs => Transition > 0 ? Transition : Grown;

    /// <summary>Channels that a layer reads, filled up to whole <see cref="Lanes"/>.</summary>
    public int Wide(int layer) => (Channels + (layer * Growth) + Lanes - 1) / Lanes * Lanes;

    /// <summary>Numbers of a layer.</summary>
    public long Numbers(int layer) => (2L * Wide(layer)) + (2L * Bottleneck) + (2L * Growth) + ((long)Hidden * (Bottleneck + 1)) + ((long)Growth * (Hidden + 1));

    /// <summary>Bytes of the first matrix of a layer.</summary>
    public long NarrowBytes(int layer) => Bytes(Wide(layer), Bottleneck);

    /// <summary>Bytes of the second matrix of a layer.</summary>
    public long LocalBytes => Bytes(Taps * Bottleneck, Growth);

    /// <summary>Numbers of all layers and the transition.</summary>
    public long AllNumbers()
    {
        long sum = Transition > 0 ? 2L * (Wide(Layers) + Transition) : 0;
        for (int layer = 0; layer < Layers; layer++)
            sum += Numbers(layer);
        return sum;
    }

    /// <summary>Bytes of all matrices.</summary>
    public long AllBytes()
    {
        long sum = Transition > 0 ? Bytes(Wide(Layers), Transition) : 0;
        for (int layer = 0; layer < Layers; layer++)
            sum += NarrowBytes(layer) + LocalBytes;
        return sum;
    }

    private static long Bytes(int rows, int columns)
    {
        long[] shape = PackedMatrix.Shape(rows, columns);
        return shape[0] * shape[1] * shape[2];
    }
}
