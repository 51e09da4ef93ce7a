using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Parley.Inference.Kernels;

/// <summary>
/// The operator <see cref="Models.Onnx.Attentions.Operator"/>: queries, keys and values are read as they lie, all heads side by side, and so is the outcome written. Sums
/// are made in the order in which ONNX Runtime makes them on processors with AVX2, unless there is a single query or frame. Needs AVX2 and FMA.
/// </summary>
internal readonly unsafe struct Attention
{
    // What ONNX Runtime adds up in one go where a matrix has more than half of so many columns; twice as much for half of them, and so on.
    private const int DepthAtOnce = 128, ManyColumns = 128;

    /// <summary>[batch, queries, stride], from the first value of a row that counts: heads * size of them.</summary>
    public required float* Query { get; init; }

    /// <summary>[batch, frames, stride], likewise.</summary>
    public required float* Key { get; init; }

    /// <summary>[batch, frames, stride], likewise.</summary>
    public required float* Value { get; init; }

    /// <summary>[batch or 1, frames]: added to what queries make of keys.</summary>
    public required float* Mask { get; init; }

    /// <summary>[batch, queries, heads * size].</summary>
    public required float* Output { get; init; }

    /// <summary>From query to query.</summary>
    public required int QueryStride { get; init; }

    /// <summary>From key to key.</summary>
    public required int KeyStride { get; init; }

    /// <summary>From value to value.</summary>
    public required int ValueStride { get; init; }

    /// <summary>From mask to mask: 0 where there is one for all.</summary>
    public required int MaskStride { get; init; }

    /// <summary>What queries are multiplied by.</summary>
    public required float QueryFactor { get; init; }

    /// <summary>What products of queries and keys are multiplied by.</summary>
    public required float ScoreFactor { get; init; }

    /// <summary>Heads, each of which sees its own part of each row.</summary>
    public required int Heads { get; init; }

    /// <summary>Values of a head.</summary>
    public required int Size { get; init; }

    /// <summary>Rows of the outcome.</summary>
    public required int Queries { get; init; }

    /// <summary>Rows that are seen.</summary>
    public required int Frames { get; init; }

    /// <summary>Memory that <see cref="ComputeHead"/> needs to itself.</summary>
    /// <exception cref="OverflowException">It is more than an array can have.</exception>
    public int ScratchBytes
        => checked(((ScoreWidth * (Size + FloatProducts.Rows + 1)) + (OutputWidth * (Frames + FloatProducts.Rows)) + (FloatProducts.Rows * Size)) * sizeof(float));

    private int ScoreWidth => FloatProducts.Panels(Frames) * FloatProducts.Columns;

    private int OutputWidth => FloatProducts.Panels(Size) * FloatProducts.Columns;

    /// <summary>Computes one head of one item of the batch. Heads may be computed at the same time.</summary>
    /// <param name="number">Its number, those of the first item first.</param>
    /// <param name="scratch"><see cref="ScratchBytes"/>.</param>
    public void ComputeHead(int number, float* scratch)
    {
        const int Rows = FloatProducts.Rows;
        long item = number / Heads;
        int head = number % Heads * Size, scoreWidth = ScoreWidth, outputWidth = OutputWidth, outputStride = Heads * Size;
        float* keys = scratch, values = keys + (scoreWidth * Size), mask = values + (outputWidth * Frames), rows = mask + scoreWidth;
        float* scores = rows + (Rows * Size), sums = scores + (Rows * scoreWidth);
        FloatProducts.PackTurned(Key + (item * Frames * KeyStride) + head, KeyStride, Size, Frames, keys);
        FloatProducts.Pack(Value + (item * Frames * ValueStride) + head, ValueStride, Frames, Size, values);
        new ReadOnlySpan<float>(Mask + (item * MaskStride), Frames).CopyTo(new Span<float>(mask, Frames));
        new Span<float>(mask + Frames, scoreWidth - Frames).Fill(float.MinValue);
        for (int first = 0; first < Queries; first += Rows)
        {
            int count = Math.Min(Rows, Queries - first);
            for (int row = 0; row < count; row++)
                Scale(Query + (((item * Queries) + first + row) * QueryStride) + head, rows + (row * Size));
            new Span<float>(rows + (count * Size), (Rows - count) * Size).Clear();
            Multiply(rows, Size, keys, Size, Frames, ScoreFactor, scores, scoreWidth);
            for (int row = 0; row < count; row++)
                Softmax.Apply(scores + (row * scoreWidth), mask, Frames);
            Multiply(scores, scoreWidth, values, Frames, Size, 1, sums, outputWidth);
            for (int row = 0; row < count; row++)
                new ReadOnlySpan<float>(sums + (row * outputWidth), Size).CopyTo(new Span<float>(Output + (((item * Queries) + first + row) * outputStride) + head, Size));
        }
    }

    private static void Multiply(float* rows, int stride, float* panels, int depth, int columns, float factor, float* target, int targetStride)
    {
        int atOnce = DepthAtOnce;
        if (columns < depth)
        {
            for (int many = ManyColumns; many > FloatProducts.Columns && many / 2 >= columns; many /= 2)
                atOnce *= 2;
        }

        for (int column = 0; column < columns; column += FloatProducts.Columns)
        {
            for (int i = 0; i < depth; i += atOnce)
            {
                int count = Math.Min(atOnce, depth - i);
                FloatProducts.Multiply(rows + i, stride, panels, count, factor, adds: i > 0, target + column, targetStride);
                panels += count * FloatProducts.Columns;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scale(float* query, float* row)
    {
        int i = 0;
        for (; i <= Size - Vector256<float>.Count; i += Vector256<float>.Count)
            (Vector256.Load(query + i) * QueryFactor).Store(row + i);
        for (; i < Size; i++)
            row[i] = query[i] * QueryFactor;
    }
}
