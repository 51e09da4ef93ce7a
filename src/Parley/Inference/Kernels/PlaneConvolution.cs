using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary>
/// A convolution over planes whose channels lie one behind the other, so that vectors go over channels: [planes, height, width, channels] in, the same out, with the sum
/// with another tensor and the Relu behind it. Zeros surround a plane; steps go over rows alone. <see cref="PlaneWeights"/> says how weights lie.
/// </summary>
internal readonly unsafe struct PlaneConvolution
{
    /// <summary>Channels of a vector.</summary>
    public const int Lane = 8;

    // Tiles at a time, whole sixes: what is spread and what is multiplied stay in the nearer caches, together with the weights.
    private const int BlockTiles = 24, RowsAtOnce = 6, MostSeen = Winograd.Seen * Winograd.Seen, Room = Lane * Winograd.Made * (Winograd.Made + Winograd.Seen);

    /// <summary>[planes, height, width, inputs].</summary>
    public required float* Input { get; init; }

    /// <summary>Planes.</summary>
    public required long Planes { get; init; }

    /// <summary>Rows that are read.</summary>
    public required int Height { get; init; }

    /// <summary>Columns, of what is read and of what is made.</summary>
    public required int Width { get; init; }

    /// <summary>Channels that are read: any number for <see cref="PixelTiles"/>, else eights.</summary>
    public required int Inputs { get; init; }

    /// <summary>[matrices, panels, inputs of a product, columns of a panel].</summary>
    public required float* Weights { get; init; }

    /// <summary>Their number, which tells the kind of tiles: see <see cref="PlaneWeights"/>.</summary>
    public required int Matrices { get; init; }

    /// <summary>Height and width of the weights.</summary>
    public required int Size { get; init; }

    /// <summary>Rows from one to the next.</summary>
    public required int Stride { get; init; }

    /// <summary>[outputs].</summary>
    public required float* Bias { get; init; }

    /// <summary>What is added, of the shape of the outcome; may be null.</summary>
    public required float* Addend { get; init; }

    /// <summary>Whether negative outcomes become 0.</summary>
    public required bool Relu { get; init; }

    /// <summary>[planes, rows that are made, width, outputs].</summary>
    public required float* Output { get; init; }

    /// <summary>Rows that are made.</summary>
    public required int OutputHeight { get; init; }

    /// <summary>Channels that are made: eights.</summary>
    public required int Outputs { get; init; }

    /// <summary>Parts that may be computed at the same time.</summary>
    public int Blocks => Matrices switch
    {
        PlaneWeights.PixelMatrices => BlocksOf<PixelTiles>(),
        PlaneWeights.StripMatrices => BlocksOf<StripTiles>(),
        _ => BlocksOf<SquareTiles>(),
    };

    /// <summary>Values that a part needs meanwhile.</summary>
    public int Scratch => Matrices switch
    {
        PlaneWeights.PixelMatrices => ScratchOf<PixelTiles>(),
        PlaneWeights.StripMatrices => ScratchOf<StripTiles>(),
        _ => ScratchOf<SquareTiles>(),
    };

    private int Columns => PlaneWeights.Panels(Outputs) * PlaneWeights.PanelColumns;

    /// <summary>Computes a part.</summary>
    /// <param name="block">Its number.</param>
    /// <param name="scratch">As many values as <see cref="Scratch"/> says, at the beginning of a cache line.</param>
    public void ComputeBlock(int block, float* scratch)
    {
        switch (Matrices)
        {
            case PlaneWeights.PixelMatrices: ComputeBlock<PixelTiles>(block, scratch); break;
            case PlaneWeights.StripMatrices: ComputeBlock<StripTiles>(block, scratch); break;
            default: ComputeBlock<SquareTiles>(block, scratch); break;
        }
    }

    private static int Parts(int length, int size) => (length + size - 1) / size;

    private int BlocksOf<TTiles>()
        where TTiles : struct, IPlaneTiles
        => checked((int)(((Planes * Parts(OutputHeight, TTiles.Height) * Parts(Width, TTiles.Width)) + BlockTiles - 1) / BlockTiles));

    private int ScratchOf<TTiles>()
        where TTiles : struct, IPlaneTiles
        => checked(((TTiles.Products + 1) * Step<TTiles>()) + Room + Inputs);

    // From one product to the next, before and after. A line more than the tiles need: neighbours would get into each other's way in the cache.
    private int Step<TTiles>()
        where TTiles : struct, IPlaneTiles
        => (BlockTiles * Math.Max(TTiles.Taps(Size) * Inputs, Columns)) + PlaneWeights.PanelColumns;

    private void ComputeBlock<TTiles>(int block, float* scratch)
        where TTiles : struct, IPlaneTiles
    {
        // Sums go where the values of the product before were.
        float* sums = scratch, values = sums + Step<TTiles>(), room = values + ((nint)TTiles.Products * Step<TTiles>()), zeros = room + Room;
        new Span<float>(zeros, Inputs).Clear();
        int across = Parts(Width, TTiles.Width), down = Parts(OutputHeight, TTiles.Height);
        long first = (long)block * BlockTiles, line = first / across, plane = line / down;
        int tiles = (int)Math.Min(BlockTiles, (Planes * down * across) - first);
        Place place = new(plane, (int)(line - (plane * down)), (int)(first - (line * across)), down, across);
        Spread<TTiles>(place, tiles, values, zeros, room);
        Multiply<TTiles>(tiles, values, sums);
        Finish<TTiles>(place, tiles, sums, room);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Spread<TTiles>(Place place, int tiles, float* values, float* zeros, float* room)
        where TTiles : struct, IPlaneTiles
    {
        int inputs = Inputs, height = Height, width = Width, rows = TTiles.SeenRows(Size), columns = TTiles.SeenColumns(Size), depth = TTiles.Taps(Size) * inputs;
        nint step = Step<TTiles>();
        float** pixels = stackalloc float*[MostSeen];
        for (float* end = values + (tiles * depth); values < end; values += depth, place.Next())
        {
            int top = (place.Row * TTiles.Height * Stride) - (Size / 2), left = (place.Column * TTiles.Width) - (Size / 2);
            float* corner = Input + ((((((nint)place.Plane * height) + top) * width) + left) * inputs);
            float** pixel = pixels;
            for (int y = top; y < top + rows; y++, corner += (nint)width * inputs)
            {
                // What is negative lies far above as an unsigned number.
                int within = (uint)y < (uint)height ? width : 0;
                float* seen = corner;
                for (int x = left; x < left + columns; x++, seen += inputs, pixel++)
                    *pixel = (uint)x < (uint)within ? seen : zeros;
            }

            TTiles.Spread(pixels, Size, inputs, values, step, room);
        }
    }

    private void Multiply<TTiles>(int tiles, float* values, float* sums)
        where TTiles : struct, IPlaneTiles
    {
        int depth = TTiles.Taps(Size) * Inputs, columns = Columns, step = Step<TTiles>();
        nint panel = depth * PlaneWeights.PanelColumns, matrix = TTiles.Matrices == 1 ? 0 : depth * (nint)columns;
        for (int product = 0; product < TTiles.Products; product++, values += step, sums += step)
        {
            float* weights = Weights + (product * matrix);
            for (int column = 0; column < columns; column += PlaneWeights.PanelColumns, weights += panel)
                MultiplyPanel(values, depth, weights, sums + column, columns, tiles);
        }
    }

    // Rows are multiplied by sixes, those behind the last tile too, whatever they hold.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyPanel(float* values, nint depth, float* weights, float* sums, nint columns, int rows)
    {
        for (int row = 0; row < rows; row += RowsAtOnce, values += RowsAtOnce * depth, sums += RowsAtOnce * columns)
            MultiplyRows(values, depth, weights, sums, columns);
    }

    // Six rows times a panel: twelve sums, two vectors and a value are what the processor has registers for.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyRows(float* values, nint depth, float* weights, float* sums, nint columns)
    {
        Vector256<float> low0 = default, low1 = default, low2 = default, low3 = default, low4 = default, low5 = default;
        Vector256<float> high0 = default, high1 = default, high2 = default, high3 = default, high4 = default, high5 = default;
        float* others = values + (3 * depth);
        for (float* end = values + depth; values < end; values++, others++, weights += PlaneWeights.PanelColumns)
        {
            Vector256<float> low = Vector256.Load(weights), high = Vector256.Load(weights + Lane), value = Vector256.Create(*values);
            low0 = Fma.MultiplyAdd(value, low, low0);
            high0 = Fma.MultiplyAdd(value, high, high0);
            value = Vector256.Create(values[depth]);
            low1 = Fma.MultiplyAdd(value, low, low1);
            high1 = Fma.MultiplyAdd(value, high, high1);
            value = Vector256.Create(values[2 * depth]);
            low2 = Fma.MultiplyAdd(value, low, low2);
            high2 = Fma.MultiplyAdd(value, high, high2);
            value = Vector256.Create(*others);
            low3 = Fma.MultiplyAdd(value, low, low3);
            high3 = Fma.MultiplyAdd(value, high, high3);
            value = Vector256.Create(others[depth]);
            low4 = Fma.MultiplyAdd(value, low, low4);
            high4 = Fma.MultiplyAdd(value, high, high4);
            value = Vector256.Create(others[2 * depth]);
            low5 = Fma.MultiplyAdd(value, low, low5);
            high5 = Fma.MultiplyAdd(value, high, high5);
        }

        Store(low0, high0, sums);
        Store(low1, high1, sums + columns);
        Store(low2, high2, sums + (2 * columns));
        Store(low3, high3, sums + (3 * columns));
        Store(low4, high4, sums + (4 * columns));
        Store(low5, high5, sums + (5 * columns));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> low, Vector256<float> high, float* target)
    {
        low.Store(target);
        high.Store(target + Lane);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish<TTiles>(Place place, int tiles, float* sums, float* room)
        where TTiles : struct, IPlaneTiles
    {
        int outputs = Outputs, width = Width, step = Step<TTiles>(), columns = Columns;
        float* bias = Bias, addend = Addend, output = Output;
        Vector256<float> least = Vector256.Create(Relu ? 0 : float.NegativeInfinity);
        for (float* end = sums + (tiles * columns); sums < end; sums += columns, place.Next())
        {
            int row = place.Row * TTiles.Height, column = place.Column * TTiles.Width, high = Math.Min(TTiles.Height, OutputHeight - row), wide = Math.Min(TTiles.Width, width - column);
            nint corner = ((((((nint)place.Plane * OutputHeight) + row) * width) + column) * outputs);
            for (int channel = 0; channel < outputs; channel += Lane)
            {
                float* tile = TTiles.Join(sums + channel, step, room);
                Vector256<float> shift = Vector256.Load(bias + channel);
                for (int y = 0; y < high; y++)
                {
                    float* made = tile + (y * TTiles.Width * Lane);
                    nint target = corner + ((nint)y * width * outputs) + channel;
                    for (int x = 0; x < wide; x++, made += Lane, target += outputs)
                    {
                        Vector256<float> value = Vector256.Load(made) + shift;
                        if (addend != null)
                            value += Vector256.Load(addend + target);
                        Avx.Max(least, value).Store(output + target); // what is no number stays so
                    }
                }
            }
        }
    }

    // Where a tile lies, in tiles.
    private struct Place(long plane, int row, int column, int down, int across)
    {
        public long Plane { get; private set; } = plane;

        public int Row { get; private set; } = row;

        public int Column { get; private set; } = column;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Next()
        {
            if (++Column < across)
                return;
            Column = 0;
            if (++Row == down)
                (Plane, Row) = (Plane + 1, 0);
        }
    }
}
