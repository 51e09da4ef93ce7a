using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary>Four rows of values in bytes.</summary>
/// <param name="Sums">Sum of each row, 32 bits.</param>
/// <param name="Values">Bytes for <see cref="ByteProducts{TOrder}.MultiplyFours"/> or <see cref="ByteProducts{TOrder}.MultiplyTwos"/>; zero in blocks that are multiplied in 16 bits.</param>
/// <param name="Places">Where in a panel those blocks lie, 32 bits each.</param>
/// <param name="Wide">Their values for <see cref="ByteProducts{TOrder}.AddWide"/>.</param>
/// <param name="WideBlocks">Their number.</param>
/// <param name="InFours">Whether four products are added up in 16 bits, not two.</param>
internal readonly record struct RowGroup(nint Sums, nint Values, nint Places, nint Wide, int WideBlocks, bool InFours);

/// <summary>
/// Rows of floats, made 8 bits with one scale and zero point as ONNX's <c>DynamicQuantizeLinear</c> does, and laid out for <see cref="ByteProducts{TOrder}"/>.
/// Values are kept as their distance from the zero point. Rented, since every product needs one; the one who rents it alone writes it, others may read.
/// </summary>
internal sealed unsafe class QuantizedRows : IDisposable
{
    private const int Group = ByteProducts<SignedValues>.Rows, Block = PackedMatrix.BlockRows, Step = 2 * Block;

    // Of a block of four rows: the values in bytes, its place, and the values in 16 bits.
    private const int ByteBlock = Group * Block, WideBlock = ByteBlock * sizeof(short), MostOfBlock = ByteBlock + sizeof(int) + WideBlock;

    // What a block costs, in instructions that multiply.
    private const int FoursCost = 24, TwosCost = 32, WideCost = 40;

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
    /// <param name="isRectified">Whether negative values count as 0.</param>
    /// <returns>To be given back with <see cref="Dispose"/>.</returns>
    public static QuantizedRows Rent(float* values, int rows, int depth, byte center, bool isRectified)
    {
        QuantizedRows rented = Free.TryTake(out QuantizedRows? free) ? free : new QuantizedRows();
        rented.Fill(values, rows, depth, center, isRectified);
        return rented;
    }

    public void Dispose() => Free.Add(this);

    private void Fill(float* values, int rows, int depth, byte center, bool isRectified)
    {
        (float least, float most) = Range(values, (long)rows * depth);
        if (isRectified)
            least = 0;
        Scale = least == most ? 1 : (most - least) / byte.MaxValue;
        int zero = (int)MathF.Round(Math.Clamp(-least / Scale, 0, byte.MaxValue));
        IsUnsigned = zero == 0;

        int blocks = (depth + Block - 1) / Block, stride = (depth + Step - 1) / Step * Step;
        _groupCount = (rows + Group - 1) / Group;
        int scratch = (Group * stride * sizeof(short)) + stride;
        Reserve(checked(scratch + (_groupCount * ((blocks * MostOfBlock) + (Group * sizeof(int))))));
        byte* free = _bytes + scratch;
        for (int group = 0; group < _groupCount; group++)
        {
            int first = group * Group;
            int* sums = (int*)free;
            for (int row = 0; row < Group; row++)
            {
                short* line = (short*)_bytes + (row * stride);
                if (first + row < rows)
                    sums[row] = Narrow(values + ((long)(first + row) * depth), depth, line, zero);
                else
                    new Span<short>(line, stride).Clear();
            }

            free += Group * sizeof(int);
            free = IsUnsigned ? Arrange<UnsignedValues>(group, sums, blocks, stride, free, short.MaxValue / center, byte.MaxValue)
                : Arrange<SignedValues>(group, sums, blocks, stride, free, short.MaxValue / Math.Min(2 * center, byte.MaxValue), sbyte.MaxValue);
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
            Vector256<float> one = Vector256.Load(values + i), other = Vector256.Load(values + i + Block);
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
        Vector256<int> low = Avx.ConvertToVector256Int32(Vector256.Load(values) / scale), high = Avx.ConvertToVector256Int32(Vector256.Load(values + Block) / scale);
        return Avx2.Min(Avx2.Max(Avx2.Permute4x64(Avx2.PackSignedSaturate(low, high).AsInt64(), 0b11_01_10_00).AsInt16(), lowest), highest);
    }

    // Decides how the four rows in the scratch space are multiplied, the cheapest way in which no sum leaves its range, and lays them out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private byte* Arrange<TOrder>(int group, int* sums, int blocks, int stride, byte* free, int mostSum, int mostValue)
        where TOrder : struct, IFactorOrder
    {
        short* lines = (short*)_bytes;
        byte* fits = _bytes + (Group * stride * sizeof(short));
        int fours = 0, twos = 0;
        for (int block = 0; block < blocks; block += 2)
        {
            (int noFours, int noTwos) = Misfits(lines + (block * Block), stride, mostSum, mostValue);
            for (int i = block; i < Math.Min(block + 2, blocks); i++)
            {
                int four = (noFours & ushort.MaxValue) == 0 ? 1 : 0, two = (noTwos & ushort.MaxValue) == 0 ? 1 : 0;
                fits[i] = (byte)(four + two);
                fours += four;
                twos += two;
                noFours >>>= 16;
                noTwos >>>= 16;
            }
        }

        bool inFours = (blocks * FoursCost) + ((blocks - fours) * WideCost) <= (blocks * TwosCost) + ((blocks - twos) * WideCost);
        int least = inFours ? 2 : 1, wideBlocks = blocks - (inFours ? fours : twos), found = 0;
        int* places = (int*)(free + (blocks * ByteBlock));
        byte* wide = (byte*)(places + wideBlocks);
        _groups[group] = new RowGroup((nint)sums, (nint)free, (nint)places, (nint)wide, wideBlocks, inFours);
        for (int block = 0; block < blocks; block++)
        {
            short* from = lines + (block * Block);
            Vector128<short> row0 = Vector128.Load(from), row1 = Vector128.Load(from + stride), row2 = Vector128.Load(from + (2 * stride)), row3 = Vector128.Load(from + (3 * stride));
            if (fits[block] < least)
            {
                StoreWide(row0, row1, row2, row3, wide + (found * WideBlock));
                places[found++] = block * PackedMatrix.BlockBytes;
                row0 = row1 = row2 = row3 = Vector128<short>.Zero;
            }

            TOrder.Narrow(row0, row1).Store(free + (block * ByteBlock));
            TOrder.Narrow(row2, row3).Store(free + (block * ByteBlock) + (ByteBlock / 2));
        }

        return wide + (wideBlocks * WideBlock);
    }

    // Which sums of two blocks may leave 16 bits, a bit for each of their bytes: those that an instruction makes of one column, bounded by the largest weight.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int Fours, int Twos) Misfits(short* lines, int stride, int mostSum, int mostValue)
    {
        Vector256<int> twos = Vector256<int>.Zero, fours = Vector256<int>.Zero;
        Vector256<short> largest = Vector256<short>.Zero;
        for (int row = 0; row < Group; row++)
        {
            Vector256<short> distance = Avx2.Abs(Vector256.Load(lines + (row * stride))).AsInt16();
            Vector256<int> pairs = Avx2.MultiplyAddAdjacent(distance, Vector256<short>.One);
            largest = Avx2.Max(largest, distance);
            twos = Avx2.Max(twos, pairs);
            fours = Avx2.Max(fours, pairs + Avx2.Shuffle(pairs, 0b01_00_11_10));
        }

        Vector256<int> tooLarge = Avx2.CompareGreaterThan(largest, Vector256.Create((short)mostValue)).AsInt32(), most = Vector256.Create(mostSum);
        return (Avx2.MoveMask((Avx2.CompareGreaterThan(fours, most) | tooLarge).AsByte()), Avx2.MoveMask((Avx2.CompareGreaterThan(twos, most) | tooLarge).AsByte()));
    }

    // The first halves of the rows, then the second ones.
    private static void StoreWide(Vector128<short> row0, Vector128<short> row1, Vector128<short> row2, Vector128<short> row3, byte* target)
    {
        Vector128<long> line0 = EvenFirst(row0), line1 = EvenFirst(row1), line2 = EvenFirst(row2), line3 = EvenFirst(row3);
        Sse2.UnpackLow(line0, line1).AsByte().Store(target);
        Sse2.UnpackLow(line2, line3).AsByte().Store(target + 16);
        Sse2.UnpackHigh(line0, line1).AsByte().Store(target + 32);
        Sse2.UnpackHigh(line2, line3).AsByte().Store(target + 48);
    }

    private static Vector128<long> EvenFirst(Vector128<short> row)
        => Ssse3.Shuffle(row.AsByte(), Vector128.Create((byte)0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15)).AsInt64();

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
