using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary>Tiles of a plane that a convolution makes at a time, of values that are spread, multiplied by matrices, and joined.</summary>
internal unsafe interface IPlaneTiles
{
    /// <summary>Rows of a tile.</summary>
    static abstract int Height { get; }

    /// <summary>Columns of a tile.</summary>
    static abstract int Width { get; }

    /// <summary>Products with matrices.</summary>
    static abstract int Products { get; }

    /// <summary>Matrices: one for each product, or one for all.</summary>
    static abstract int Matrices { get; }

    /// <summary>Positions whose channels stand in one row in front of a matrix.</summary>
    /// <param name="size">Height and width of the convolution's weights.</param>
    static abstract int Taps(int size);

    /// <summary>Rows of the plane that a tile is made of.</summary>
    static abstract int SeenRows(int size);

    /// <summary>Columns of the plane that a tile is made of.</summary>
    static abstract int SeenColumns(int size);

    /// <summary>Lays out what a tile is made of.</summary>
    /// <param name="pixels">The positions, row by row, each with its channels.</param>
    /// <param name="size">Height and width of the convolution's weights.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="target">Receives a row for the first product.</param>
    /// <param name="step">Values from there to the row for the next one.</param>
    /// <param name="room">Scratch space: ten vectors for each column of a tile.</param>
    static abstract void Spread(float** pixels, int size, int channels, float* target, nint step, float* room);

    /// <summary>Makes a tile of eight channels.</summary>
    /// <param name="sums">The first product.</param>
    /// <param name="step">Values from there to the next one.</param>
    /// <param name="room">Scratch space.</param>
    /// <returns>The tile, row by row.</returns>
    static abstract float* Join(float* sums, nint step, float* room);
}

/// <summary>Four columns of a row, each made of all that the weights see: for any size and step.</summary>
internal readonly unsafe struct PixelTiles : IPlaneTiles
{
    public static int Height => 1;

    public static int Width => Winograd.Made;

    public static int Products => Width;

    public static int Matrices => PlaneWeights.PixelMatrices;

    public static int Taps(int size) => size * size;

    public static int SeenRows(int size) => size;

    public static int SeenColumns(int size) => Width + size - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Spread(float** pixels, int size, int channels, float* target, nint step, float* room)
    {
        for (int column = 0; column < Width; column++, target += step)
        {
            float* to = target;
            float** line = pixels + column;
            for (int y = 0; y < size; y++, line += SeenColumns(size))
            {
                for (int x = 0; x < size; x++, to += channels)
                    Copy(line[x], to, channels);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Join(float* sums, nint step, float* room)
    {
        for (float* to = room; to < room + (Width * PlaneConvolution.Lane); to += PlaneConvolution.Lane, sums += step)
            Vector256.Load(sums).Store(to);
        return room;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(float* pixel, float* target, int channels)
    {
        if (channels == 1)
        {
            *target = *pixel;
            return;
        }

        int channel = 0;
        for (; channel <= channels - PlaneConvolution.Lane; channel += PlaneConvolution.Lane)
            Vector256.Load(pixel + channel).Store(target + channel);
        for (; channel < channels; channel++)
            target[channel] = pixel[channel];
    }
}

/// <summary>Four columns of a row: half the products where only rows are stepped over.</summary>
internal readonly unsafe struct StripTiles : IPlaneTiles
{
    public static int Height => 1;

    public static int Width => Winograd.Made;

    public static int Products => Matrices;

    public static int Matrices => PlaneWeights.StripMatrices;

    public static int Taps(int size) => size;

    public static int SeenRows(int size) => size;

    public static int SeenColumns(int size) => Winograd.Seen;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Spread(float** pixels, int size, int channels, float* target, nint step, float* room)
    {
        for (int y = 0; y < size; y++, pixels += Winograd.Seen, target += channels)
        {
            for (int channel = 0; channel < channels; channel += PlaneConvolution.Lane)
                SquareTiles.Spread(pixels, channel, target + channel, step);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Join(float* sums, nint step, float* room)
    {
        Winograd.Join(sums, step, room, PlaneConvolution.Lane);
        return room;
    }
}

/// <summary>Four columns of four rows: a quarter of the products.</summary>
internal readonly unsafe struct SquareTiles : IPlaneTiles
{
    private const int Lane = PlaneConvolution.Lane, Line = Winograd.Seen * Lane;

    public static int Height => Winograd.Made;

    public static int Width => Winograd.Made;

    public static int Products => Matrices;

    public static int Matrices => PlaneWeights.SquareMatrices;

    public static int Taps(int size) => 1;

    public static int SeenRows(int size) => Winograd.Seen;

    public static int SeenColumns(int size) => Winograd.Seen;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Spread(float** pixels, int size, int channels, float* target, nint step, float* room)
    {
        for (int channel = 0; channel < channels; channel += Lane)
        {
            float** line = pixels;
            for (float* to = room; to < room + Line; to += Lane, line += Winograd.Seen)
                Spread(line, channel, to, Line);
            float* column = target + channel;
            for (float* from = room; from < room + (Winograd.Seen * Line); from += Line, column += step)
            {
                Winograd.Spread(
                    Vector256.Load(from), Vector256.Load(from + Lane), Vector256.Load(from + (2 * Lane)), Vector256.Load(from + (3 * Lane)), Vector256.Load(from + (4 * Lane)), Vector256.Load(from + (5 * Lane)),
                    column, Winograd.Seen * step);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Join(float* sums, nint step, float* room)
    {
        float* lines = room + (Winograd.Made * Winograd.Made * Lane), tile = room;
        for (float* to = lines; to < lines + Line; to += Lane, sums += step)
            Winograd.Join(sums, Winograd.Seen * step, to, Line);
        for (float* from = lines; from < lines + (Winograd.Made * Line); from += Line, tile += Winograd.Made * Lane)
            Winograd.Join(from, Lane, tile, Lane);
        return room;
    }

    /// <summary>Spreads a row of positions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Spread(float** pixels, int channel, float* target, nint step)
        => Winograd.Spread(
            Vector256.Load(pixels[0] + channel), Vector256.Load(pixels[1] + channel), Vector256.Load(pixels[2] + channel), Vector256.Load(pixels[3] + channel), Vector256.Load(pixels[4] + channel),
            Vector256.Load(pixels[5] + channel), target, step);
}
