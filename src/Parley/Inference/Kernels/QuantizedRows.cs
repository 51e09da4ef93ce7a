using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary>Four rows of values in bytes.</summary>
/// <param name="Sums">Sum of each row, 32 bits.</param>
/// <param name="Values">Bytes for <see cref="ByteProducts{TOrder}.Multiply"/>; zero in blocks that are multiplied in 16 bits.</param>
/// <param name="Runs">How many blocks are added up in 16 bits at a time, a byte for each run.</param>
/// <param name="Starts">What each run begins with: two numbers of each row, 16 bits each.</param>
/// <param name="Places">Numbers of the blocks that are multiplied in 16 bits, 32 bits each.</param>
/// <param name="Wide">Their values for <see cref="ByteProducts{TOrder}.AddWide"/>.</param>
/// <param name="WideBlocks">Their number.</param>
internal readonly record struct RowGroup(nint Sums, nint Values, nint Runs, nint Starts, nint Places, nint Wide, int WideBlocks);

/// <summary>
/// Rows of floats, made 8 bits with one scale and zero point as ONNX's <c>DynamicQuantizeLinear</c> does, and laid out for <see cref="ByteProducts{TOrder}"/>.
/// Values are kept as their distance from the zero point. Rented, since every product needs one; the one who rents it alone writes it, others may read.
/// </summary>
internal sealed unsafe class QuantizedRows : IDisposable
{
    private const int Group = ByteProducts<SignedValues>.Rows, Block = PackedMatrix.BlockRows, Lane = 8, Step = 2 * Lane, BlocksInStep = Step / Block;

    // Of a block of four rows: its values in bytes and in 16 bits, the length and the start of a run, and its place.
    private const int ByteBlock = Group * Block, WideBlock = ByteBlock * sizeof(short), MostOfBlock = ByteBlock + WideBlock + 1 + (RunLengths.StartNumbers * sizeof(short)) + sizeof(int);

    // The first, third, second and fourth of four values of 16 bits.
    private static readonly Vector256<byte> EvenFirst = Vector256.Create((byte)0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15, 0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15);

    private static readonly ConcurrentBag<QuantizedRows> Free = [];

    private RowGroup[] _groups = [];
    private byte[] _memory = []; // pinned, where _bytes points
    private byte* _bytes;
    private int _groupCount;

    private QuantizedRows()
    {
    }

    /// <summary>Value of a step.</summary>
    public float Scale { get; private set; }

    /// <summary>Whether no value is negative.</summary>
    public bool IsUnsigned { get; private set; }

    /// <summary>Rows, by fours; the last ones are zero where they are missing.</summary>
    public ReadOnlySpan<RowGroup> Groups => _groups.AsSpan(0, _groupCount);

    /// <summary>Makes rows 8 bits.</summary>
    /// <param name="values">The rows.</param>
    /// <param name="rows">Their number.</param>
    /// <param name="depth">Values of a row.</param>
    /// <param name="center">The middle of the range of the weights with which they will be multiplied.</param>
    /// <param name="squares">As of <see cref="PackedMatrix.Squares"/>.</param>
    /// <param name="isRectified">Whether negative values count as 0.</param>
    /// <returns>To be given back with <see cref="Dispose"/>.</returns>
    public static QuantizedRows Rent(float* values, int rows, int depth, byte center, float* squares, bool isRectified)
    {
        QuantizedRows rented = Free.TryTake(out QuantizedRows? free) ? free : new QuantizedRows();
        rented.Fill(values, rows, depth, center, squares, isRectified);
        return rented;
    }

    public void Dispose() => Free.Add(this);

    private void Fill(float* values, int rows, int depth, byte center, float* squares, bool isRectified)
    {
        (float least, float most) = Range(values, (long)rows * depth);
        if (isRectified)
            least = 0;
        Scale = least == most ? 1 : (most - least) / byte.MaxValue;
        int zero = (int)MathF.Round(Math.Clamp(-least / Scale, 0, byte.MaxValue));
        IsUnsigned = zero == 0;

        int steps = (depth + Step - 1) / Step, line = steps * Step;
        _groupCount = (rows + Group - 1) / Group;
        int scratch = 2 * Group * line * sizeof(short);
        Reserve(checked(scratch + (_groupCount * ((steps * BlocksInStep * MostOfBlock) + (Group * sizeof(int))))));
        short* lines = (short*)_bytes;
        byte* free = _bytes + scratch;
        for (int group = 0; group < _groupCount; group++)
        {
            int first = group * Group;
            int* sums = (int*)free;
            for (int row = 0; row < Group; row++)
            {
                if (first + row < rows)
                    sums[row] = Narrow(values + ((long)(first + row) * depth), depth, lines + (row * line), zero);
                else
                    new Span<short>(lines + (row * line), line).Clear();
            }

            free += Group * sizeof(int);
            free = IsUnsigned ? Arrange<UnsignedValues>(group, sums, depth, center, squares, free) : Arrange<SignedValues>(group, sums, depth, center, squares, free);
        }
    }

    // The least and the largest value, 0 included. Values that are not numbers do not count, as in ONNX Runtime.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Least, float Most) Range(float* values, long count)
    {
        Vector256<float> least = Vector256<float>.Zero, most = Vector256<float>.Zero, otherLeast = least, otherMost = most;
        long i = 0;
        for (; i <= count - Step; i += Step)
        {
            Vector256<float> one = Vector256.Load(values + i), other = Vector256.Load(values + i + Lane);
            least = Avx.Min(one, least);
            most = Avx.Max(one, most);
            otherLeast = Avx.Min(other, otherLeast);
            otherMost = Avx.Max(other, otherMost);
        }

        (least, most) = (Avx.Min(least, otherLeast), Avx.Max(most, otherMost));
        (float smallest, float largest) = (0, 0);
        for (int lane = 0; lane < Vector256<float>.Count; lane++)
            (smallest, largest) = (MathF.Min(smallest, least[lane]), MathF.Max(largest, most[lane]));
        for (; i < count; i++)
            (smallest, largest) = values[i] < smallest ? (values[i], largest) : values[i] > largest ? (smallest, values[i]) : (smallest, largest);
        return (smallest, largest);
    }

    // A row in steps from the zero point: rounded to even, cut off where a byte ends.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Narrow(float* values, int depth, short* line, int zero)
    {
        Vector256<float> scale = Vector256.Create(Scale);
        Vector256<short> lowest = Vector256.Create((short)-zero), highest = Vector256.Create((short)(byte.MaxValue - zero));
        Vector256<int> sum = Vector256<int>.Zero;
        int i = 0;
        for (; i <= depth - Step; i += Step)
        {
            Vector256<short> distances = Distances(values + i, scale, lowest, highest);
            sum += Avx2.MultiplyAddAdjacent(distances, Vector256<short>.One);
            distances.Store(line + i);
        }

        if (i < depth)
        {
            float* rest = stackalloc float[Step];
            new Span<float>(rest, Step).Clear();
            new ReadOnlySpan<float>(values + i, depth - i).CopyTo(new Span<float>(rest, Step));
            Vector256<short> distances = Distances(rest, scale, lowest, highest);
            sum += Avx2.MultiplyAddAdjacent(distances, Vector256<short>.One);
            distances.Store(line + i);
        }

        return Vector256.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Distances(float* values, Vector256<float> scale, Vector256<short> lowest, Vector256<short> highest)
    {
        Vector256<int> low = Avx.ConvertToVector256Int32(Vector256.Load(values) / scale), high = Avx.ConvertToVector256Int32(Vector256.Load(values + Lane) / scale);
        return Avx2.Min(Avx2.Max(Avx2.Permute4x64(Avx2.PackSignedSaturate(low, high).AsInt64(), 0b11_01_10_00).AsInt16(), lowest), highest);
    }

    // Lays out the four rows in the scratch space, as they can be multiplied without any sum leaving its range.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private byte* Arrange<TOrder>(int group, int* sums, int depth, byte center, float* squares, byte* free)
        where TOrder : struct, IFactorOrder
    {
        int blocks = (depth + Block - 1) / Block, steps = (depth + Step - 1) / Step;
        short* lines = (short*)_bytes, turned = lines + (Group * steps * Step);
        ByBlocks(lines, steps, turned);
        byte* runs = free + (steps * BlocksInStep * ByteBlock);
        short* starts = (short*)(runs + (steps * BlocksInStep));
        int* found = (int*)lines;
        (int count, int wideBlocks) = RunLengths.Find<TOrder>(turned, blocks, center, squares, runs, starts, found);
        int* places = (int*)(starts + (count * RunLengths.StartNumbers));
        new ReadOnlySpan<int>(found, wideBlocks).CopyTo(new Span<int>(places, wideBlocks));
        byte* wide = (byte*)(places + wideBlocks);
        for (int i = 0; i < wideBlocks; i++)
        {
            short* block = turned + (places[i] * ByteBlock);
            Avx2.Shuffle(Vector256.Load((byte*)block), EvenFirst).Store(wide + (i * WideBlock));
            Vector256<short>.Zero.Store(block);
        }

        for (int block = 0; block < blocks; block += 2)
        {
            short* from = turned + (block * ByteBlock);
            Avx2.Permute4x64(TOrder.Narrow(Vector256.Load(from), Vector256.Load(from + ByteBlock)).AsInt64(), 0b11_01_10_00).AsByte().Store(free + (block * ByteBlock));
        }

        _groups[group] = new RowGroup((nint)sums, (nint)free, (nint)runs, (nint)starts, (nint)places, (nint)wide, wideBlocks);
        return wide + (wideBlocks * WideBlock);
    }

    // From [rows, depth] to [blocks, rows, 4].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ByBlocks(short* lines, int steps, short* turned)
    {
        int line = steps * Step;
        for (int i = 0; i < steps; i++, lines += Step, turned += Group * Step)
        {
            Vector256<long> row0 = Vector256.Load(lines).AsInt64(), row1 = Vector256.Load(lines + line).AsInt64();
            Vector256<long> row2 = Vector256.Load(lines + (2 * line)).AsInt64(), row3 = Vector256.Load(lines + (3 * line)).AsInt64();
            Vector256<long> even01 = Avx2.UnpackLow(row0, row1), even23 = Avx2.UnpackLow(row2, row3), odd01 = Avx2.UnpackHigh(row0, row1), odd23 = Avx2.UnpackHigh(row2, row3);
            Avx2.Permute2x128(even01, even23, 0x20).AsInt16().Store(turned);
            Avx2.Permute2x128(odd01, odd23, 0x20).AsInt16().Store(turned + ByteBlock);
            Avx2.Permute2x128(even01, even23, 0x31).AsInt16().Store(turned + (2 * ByteBlock));
            Avx2.Permute2x128(odd01, odd23, 0x31).AsInt16().Store(turned + (3 * ByteBlock));
        }
    }

    private void Reserve(int bytes)
    {
        if (_groups.Length < _groupCount)
            _groups = new RowGroup[_groupCount];
        if (_memory.Length >= bytes)
            return;
        _memory = GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
        _bytes = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
    }
}
