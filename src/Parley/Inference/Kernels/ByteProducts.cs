using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary>Products of four rows of values and a panel of weights (<see cref="PackedMatrix"/>), exact in 32 bits.</summary>
/// <typeparam name="TOrder">Which factor is unsigned.</typeparam>
internal static unsafe class ByteProducts<TOrder>
    where TOrder : struct, IFactorOrder
{
    /// <summary>Rows of values at a time.</summary>
    public const int Rows = 4;

    /// <summary>Sums of four rows and a panel: row by row, column by column.</summary>
    public const int Sums = Rows * PackedMatrix.PanelColumns;

    /// <summary>Numbers that <see cref="Aligned"/> needs.</summary>
    public const int Room = Sums + Lane;

    private const int Lane = 8, Row = PackedMatrix.PanelColumns;

    /// <summary>Where in some memory sums may lie, so that none of them is in two cache lines.</summary>
    public static int* Aligned(int* room) => (int*)(((nint)room + (Lane * sizeof(int)) - 1) & ~((Lane * sizeof(int)) - 1));

    /// <summary>Multiplies values of which no four products of a column leave 16 bits: five instructions for 64 products.</summary>
    /// <param name="panel">The weights.</param>
    /// <param name="center">The middle of their range.</param>
    /// <param name="blocks">Blocks of the panel.</param>
    /// <param name="values">Bytes: block by block, row by row, 8 each.</param>
    /// <param name="sums">Receives the sums. From <see cref="Aligned"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyFours(byte* panel, byte center, int blocks, byte* values, int* sums)
    {
        Vector256<short> ones = Vector256<short>.One;
        Vector256<byte> middle = Vector256.Create(center);
        Vector256<int> s00 = Vector256<int>.Zero, s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00;

        // There are registers for seven. The eighth sum stays where it belongs: on the stack, where the compiler would put it, it may lie across two pages, and then all
        // of it takes three times as long.
        int* last = sums + Sums - Lane;
        Vector256<int>.Zero.Store(last);
        int* value = (int*)values;
        for (int i = 0; i < blocks; i++)
        {
            Vector256<byte> w0 = TOrder.Prepare(Vector256.Load(panel), middle), w1 = TOrder.Prepare(Vector256.Load(panel + 32), middle);
            Vector256<byte> w2 = TOrder.Prepare(Vector256.Load(panel + 64), middle), w3 = TOrder.Prepare(Vector256.Load(panel + 96), middle);
            Vector256<byte> low = Vector256.Create(value[0]).AsByte(), high = Vector256.Create(value[1]).AsByte();
            s00 += Four(w0, w1, low, high, ones);
            s01 += Four(w2, w3, low, high, ones);
            low = Vector256.Create(value[2]).AsByte();
            high = Vector256.Create(value[3]).AsByte();
            s10 += Four(w0, w1, low, high, ones);
            s11 += Four(w2, w3, low, high, ones);
            low = Vector256.Create(value[4]).AsByte();
            high = Vector256.Create(value[5]).AsByte();
            s20 += Four(w0, w1, low, high, ones);
            s21 += Four(w2, w3, low, high, ones);
            low = Vector256.Create(value[6]).AsByte();
            high = Vector256.Create(value[7]).AsByte();
            s30 += Four(w0, w1, low, high, ones);
            (Vector256.Load(last) + Four(w2, w3, low, high, ones)).Store(last);
            value += 8;
            panel += PackedMatrix.BlockBytes;
        }

        Store(sums, s00, s01, s10, s11, s20, s21, s30, Vector256.Load(last));
    }

    /// <summary>Multiplies values of which no two products of a column leave 16 bits: eight instructions for 64 products. Parameters as of <see cref="MultiplyFours"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyTwos(byte* panel, byte center, int blocks, byte* values, int* sums)
    {
        Vector256<short> ones = Vector256<short>.One;
        Vector256<byte> middle = Vector256.Create(center);
        Vector256<int> s00 = Vector256<int>.Zero, s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
        int* value = (int*)values;
        for (int i = 0; i < 2 * blocks; i++)
        {
            // The first half of the rows of a block, then the second.
            Vector256<byte> w0 = TOrder.Prepare(Vector256.Load(panel), middle), w1 = TOrder.Prepare(Vector256.Load(panel + 64), middle);
            Vector256<byte> four = Vector256.Create(value[0]).AsByte();
            s00 += Two(w0, four, ones);
            s01 += Two(w1, four, ones);
            four = Vector256.Create(value[2]).AsByte();
            s10 += Two(w0, four, ones);
            s11 += Two(w1, four, ones);
            four = Vector256.Create(value[4]).AsByte();
            s20 += Two(w0, four, ones);
            s21 += Two(w1, four, ones);
            four = Vector256.Create(value[6]).AsByte();
            s30 += Two(w0, four, ones);
            s31 += Two(w1, four, ones);
            int odd = i & 1;
            value += 1 + (odd * 6);
            panel += 32 + (odd * 64);
        }

        Store(sums, s00, s01, s10, s11, s20, s21, s30, s31);
    }

    /// <summary>Adds the products of some blocks of any values, which are multiplied in 16 bits.</summary>
    /// <param name="panel">The weights.</param>
    /// <param name="center">The middle of their range.</param>
    /// <param name="places">Where in the panel each block lies.</param>
    /// <param name="blocks">Their number.</param>
    /// <param name="values">Numbers of 16 bits: block by block, first the first half of all rows, then the second; of each the first, third, second and fourth.</param>
    /// <param name="sums">What they are added to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddWide(byte* panel, byte center, int* places, int blocks, short* values, int* sums)
    {
        Vector256<byte> middle = Vector256.Create(center);
        Vector256<int> s00 = Vector256.Load(sums), s01 = Vector256.Load(sums + Lane), s10 = Vector256.Load(sums + Row), s11 = Vector256.Load(sums + Row + Lane);
        Vector256<int> s20 = Vector256.Load(sums + (2 * Row)), s21 = Vector256.Load(sums + (2 * Row) + Lane), s30 = Vector256.Load(sums + (3 * Row)), s31 = Vector256.Load(sums + (3 * Row) + Lane);
        int* value = (int*)values;
        for (int i = 0; i < 2 * blocks; i++)
        {
            byte* weights = panel + places[i / 2] + (i % 2 * 32);
            Vector256<byte> w0 = TOrder.Prepare(Vector256.Load(weights), middle), w1 = TOrder.Prepare(Vector256.Load(weights + 64), middle);
            Vector256<short> even0 = TOrder.Even(w0), odd0 = TOrder.Odd(w0), even1 = TOrder.Even(w1), odd1 = TOrder.Odd(w1);
            Vector256<short> even = Vector256.Create(value[0]).AsInt16(), odd = Vector256.Create(value[1]).AsInt16();
            s00 += Wide(even0, odd0, even, odd);
            s01 += Wide(even1, odd1, even, odd);
            even = Vector256.Create(value[2]).AsInt16();
            odd = Vector256.Create(value[3]).AsInt16();
            s10 += Wide(even0, odd0, even, odd);
            s11 += Wide(even1, odd1, even, odd);
            even = Vector256.Create(value[4]).AsInt16();
            odd = Vector256.Create(value[5]).AsInt16();
            s20 += Wide(even0, odd0, even, odd);
            s21 += Wide(even1, odd1, even, odd);
            even = Vector256.Create(value[6]).AsInt16();
            odd = Vector256.Create(value[7]).AsInt16();
            s30 += Wide(even0, odd0, even, odd);
            s31 += Wide(even1, odd1, even, odd);
            value += 8;
        }

        Store(sums, s00, s01, s10, s11, s20, s21, s30, s31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Four(Vector256<byte> w0, Vector256<byte> w1, Vector256<byte> low, Vector256<byte> high, Vector256<short> ones)
        => Avx2.MultiplyAddAdjacent(TOrder.Multiply(w0, low) + TOrder.Multiply(w1, high), ones);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Two(Vector256<byte> weights, Vector256<byte> values, Vector256<short> ones) => Avx2.MultiplyAddAdjacent(TOrder.Multiply(weights, values), ones);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Wide(Vector256<short> evenWeights, Vector256<short> oddWeights, Vector256<short> even, Vector256<short> odd)
        => Avx2.MultiplyAddAdjacent(evenWeights, even) + Avx2.MultiplyAddAdjacent(oddWeights, odd);

    private static void Store(
        int* sums, Vector256<int> s00, Vector256<int> s01, Vector256<int> s10, Vector256<int> s11, Vector256<int> s20, Vector256<int> s21, Vector256<int> s30, Vector256<int> s31)
    {
        s00.Store(sums);
        s01.Store(sums + Lane);
        s10.Store(sums + Row);
        s11.Store(sums + Row + Lane);
        s20.Store(sums + (2 * Row));
        s21.Store(sums + (2 * Row) + Lane);
        s30.Store(sums + (3 * Row));
        s31.Store(sums + (3 * Row) + Lane);
    }
}
