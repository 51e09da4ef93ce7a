using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary>
/// How many blocks of four rows of values are multiplied before sums leave 16 bits for 32: as many as fit for certain, whatever column they are multiplied with. A weight,
/// counted from the center c of all weights, is at most c, so that a sum of products is at most c times the sum of the values' sizes. By Cauchy's and Schwarz's inequality it is at
/// most the root of what the squares of both factors add up to, multiplied, which for long runs is much less. Where weights are multiplied as unsigned bytes, c times the sum of the
/// values comes on top; that is known beforehand and taken off where a run begins, and what 16 bits overflow by in between comes back.
/// </summary>
internal static unsafe class RunLengths
{
    /// <summary>Numbers of 16 bits with which a run begins: two of each row.</summary>
    public const int StartNumbers = ByteProducts<SignedValues>.Rows * 2;

    // A block: four values each of four rows.
    private const int BlockValues = ByteProducts<SignedValues>.Rows * PackedMatrix.BlockRows;

    // One less than what fits: floats round.
    private const float Most = short.MaxValue - 1;

    /// <summary>Finds the runs of some blocks, all of which count, and those of them that have to be multiplied in 16 bits, since not even two products fit.</summary>
    /// <typeparam name="TOrder">Which factor is unsigned.</typeparam>
    /// <param name="values">[blocks, rows, 4], at most 255 in size.</param>
    /// <param name="blocks">Their number, at least one.</param>
    /// <param name="center">The middle of the range of the weights.</param>
    /// <param name="squares">As of <see cref="PackedMatrix.Squares"/>.</param>
    /// <param name="runs">Receives the length of each run: no more than there are blocks.</param>
    /// <param name="starts">Receives what each run begins with, <see cref="StartNumbers"/>, where weights are unsigned.</param>
    /// <param name="wide">Receives the numbers of blocks that are multiplied in 16 bits and count as zero here.</param>
    /// <returns>Runs, and blocks that are multiplied in 16 bits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (int Runs, int Wide) Find<TOrder>(short* values, int blocks, byte center, float* squares, byte* runs, short* starts, int* wide)
        where TOrder : struct, IFactorOrder
    {
        Vector256<float> largest = Vector256.Create((float)center), room = Vector256.Create(Most);
        Vector256<int> pair = Vector256.Create((int)(Most / (TOrder.HasUnsignedWeights ? 2 * center : center)));
        Vector256<short> mostValue = Vector256.Create(TOrder.MostValue);
        Vector256<int> sums = Vector256<int>.Zero, sizes = sums, valueSquares = sums;
        int length = 0, count = 0, found = 0;
        for (int block = 0; block < blocks; block++, values += BlockValues)
        {
            Vector256<short> value = Vector256.Load(values), size = Avx2.Abs(value).AsInt16();
            Vector256<int> sum = Avx2.MultiplyAddAdjacent(value, Vector256<short>.One), all = Avx2.MultiplyAddAdjacent(size, Vector256<short>.One), square = Avx2.MultiplyAddAdjacent(value, value);
            if (Vector256.GreaterThanAny(size, mostValue) || (Vector256.GreaterThanAny(all, pair) && !Fit(all, square, largest, squares[0], TOrder.HasUnsignedWeights ? room - Shift(sum, largest) : room)))
            {
                wide[found++] = block;
                sum = all = square = Vector256<int>.Zero;
            }

            Vector256<int> nextSizes = sizes + all, nextSquares = valueSquares + square;
            if (length > 0 && (length == PackedMatrix.LongestRun || !Fit(nextSizes, nextSquares, largest, squares[length], room)))
            {
                Begin<TOrder>(sums, center, starts + (count * StartNumbers));
                runs[count++] = (byte)length;
                length = 0;
                (sums, nextSizes, nextSquares) = (Vector256<int>.Zero, all, square);
            }

            length++;
            (sums, sizes, valueSquares) = (sums + sum, nextSizes, nextSquares);
        }

        Begin<TOrder>(sums, center, starts + (count * StartNumbers));
        runs[count++] = (byte)length;
        return (count, found);
    }

    /// <summary>Finds the runs of blocks of values none of which is negative, with weights of at most half their range, so that two products always fit.</summary>
    /// <param name="values">[blocks, rows, 4].</param>
    /// <param name="blocks">Their number, at least one.</param>
    /// <param name="mostSum">What the values of a sum may add up to, two values at least.</param>
    /// <param name="runs">Receives the length of each run: no more than there are blocks.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Find(byte* values, int blocks, short mostSum, byte* runs)
    {
        Vector128<short> most = Vector128.Create(mostSum), sums = Vector128<short>.Zero;
        int length = 0;
        for (int block = 0; block < blocks; block++, values += BlockValues)
        {
            Vector128<short> sum = Ssse3.MultiplyAddAdjacent(Vector128.Load(values), Vector128<sbyte>.One), next = sums + sum;
            if (length == PackedMatrix.LongestRun || Vector128.GreaterThanAny(next, most))
            {
                *runs++ = (byte)length;
                length = 0;
                next = sum;
            }

            length++;
            sums = next;
        }

        *runs = (byte)length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Shift(Vector256<int> sums, Vector256<float> center) => Avx.ConvertToVector256Single(Avx2.Abs(sums).AsInt32()) * center;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Fit(Vector256<int> sizes, Vector256<int> valueSquares, Vector256<float> largest, float weightSquares, Vector256<float> room)
    {
        Vector256<float> bySizes = Avx.CompareLessThanOrEqual(Avx.ConvertToVector256Single(sizes) * largest, room);
        Vector256<float> bySquares = Avx.CompareLessThanOrEqual(Avx.ConvertToVector256Single(valueSquares) * Vector256.Create(weightSquares), room * room);
        return Avx.MoveMask(bySizes | (bySquares & Avx.CompareGreaterThanOrEqual(room, Vector256<float>.Zero))) == byte.MaxValue;
    }

    // What a run will be too large by where weights are unsigned, taken off: its lowest 16 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Begin<TOrder>(Vector256<int> sums, byte center, short* start)
        where TOrder : struct, IFactorOrder
    {
        if (!TOrder.HasUnsignedWeights)
            return;
        Vector256<int> lowest = (Vector256<int>.Zero - (sums * center)) & Vector256.Create((int)ushort.MaxValue);
        Sse41.PackUnsignedSaturate(lowest.GetLower(), lowest.GetUpper()).AsInt16().Store(start);
    }
}
