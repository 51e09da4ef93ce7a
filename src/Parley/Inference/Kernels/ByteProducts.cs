using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary>
/// Products of four rows of values and a panel of weights (<see cref="PackedMatrix"/>), counted from their center, exact in 32 bits. They are added up in 16 bits as long as sums fit for certain
/// (<see cref="RunLengths"/>), which takes two instructions for 32 products.
/// </summary>
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

    /// <summary>Multiplies.</summary>
    /// <param name="panel">The weights.</param>
    /// <param name="center">The middle of their range.</param>
    /// <param name="blocks">Blocks of the panel, at least one.</param>
    /// <param name="runs">How many of them are added up in 16 bits at a time, run by run.</param>
    /// <param name="starts">What each run begins with, two numbers of each row; read only where weights are unsigned.</param>
    /// <param name="values">Bytes: block by block, row by row, 4 each.</param>
    /// <param name="sums">Receives the sums. From <see cref="Aligned"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(byte* panel, byte center, int blocks, byte* runs, short* starts, byte* values, int* sums)
    {
        Vector256<byte> middle = Vector256.Create(center);
        Store(sums, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        byte* end = panel + ((long)blocks * PackedMatrix.BlockBytes);
        int* value = (int*)values, start = (int*)starts;
        do
        {
            byte* stop = panel + (*runs++ * PackedMatrix.BlockBytes);
            Vector256<byte> w0 = Multiplied(Vector256.Load(panel), middle), w1 = Multiplied(Vector256.Load(panel + 32), middle), four = Vector256.Create(value[0]).AsByte();
            Vector256<short> s00 = First(w0, four, start), s01 = First(w1, four, start);
            four = Vector256.Create(value[1]).AsByte();
            Vector256<short> s10 = First(w0, four, start + 1), s11 = First(w1, four, start + 1);
            four = Vector256.Create(value[2]).AsByte();
            Vector256<short> s20 = First(w0, four, start + 2), s21 = First(w1, four, start + 2);
            four = Vector256.Create(value[3]).AsByte();
            Vector256<short> s30 = First(w0, four, start + 3), s31 = First(w1, four, start + 3);
            start += Rows;
            value += Rows;
            panel += PackedMatrix.BlockBytes;
            while (panel < stop)
            {
                w0 = Multiplied(Vector256.Load(panel), middle);
                w1 = Multiplied(Vector256.Load(panel + 32), middle);
                four = Vector256.Create(value[0]).AsByte();
                s00 += TOrder.Multiply(w0, four);
                s01 += TOrder.Multiply(w1, four);
                four = Vector256.Create(value[1]).AsByte();
                s10 += TOrder.Multiply(w0, four);
                s11 += TOrder.Multiply(w1, four);
                four = Vector256.Create(value[2]).AsByte();
                s20 += TOrder.Multiply(w0, four);
                s21 += TOrder.Multiply(w1, four);
                four = Vector256.Create(value[3]).AsByte();
                s30 += TOrder.Multiply(w0, four);
                s31 += TOrder.Multiply(w1, four);
                value += Rows;
                panel += PackedMatrix.BlockBytes;
            }

            AddTo(sums, s00);
            AddTo(sums + Lane, s01);
            AddTo(sums + Row, s10);
            AddTo(sums + Row + Lane, s11);
            AddTo(sums + (2 * Row), s20);
            AddTo(sums + (2 * Row) + Lane, s21);
            AddTo(sums + (3 * Row), s30);
            AddTo(sums + (3 * Row) + Lane, s31);
        }
        while (panel < end);
    }

    /// <summary>Adds the products of some blocks of any values, which are multiplied in 16 bits.</summary>
    /// <param name="panel">The weights.</param>
    /// <param name="center">The middle of their range.</param>
    /// <param name="places">The number of each block in the panel.</param>
    /// <param name="blocks">How many there are.</param>
    /// <param name="values">Numbers of 16 bits: block by block, row by row; of each the first, third, second and fourth.</param>
    /// <param name="sums">What they are added to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddWide(byte* panel, byte center, int* places, int blocks, short* values, int* sums)
    {
        Vector256<byte> middle = Vector256.Create(center);
        Vector256<int> s00 = Vector256.Load(sums), s01 = Vector256.Load(sums + Lane), s10 = Vector256.Load(sums + Row), s11 = Vector256.Load(sums + Row + Lane);
        Vector256<int> s20 = Vector256.Load(sums + (2 * Row)), s21 = Vector256.Load(sums + (2 * Row) + Lane), s30 = Vector256.Load(sums + (3 * Row)), s31 = Vector256.Load(sums + (3 * Row) + Lane);
        int* value = (int*)values;
        for (int i = 0; i < blocks; i++)
        {
            byte* weights = panel + ((long)places[i] * PackedMatrix.BlockBytes);
            Vector256<short> w0 = TOrder.Centered(Vector256.Load(weights), middle).AsInt16(), w1 = TOrder.Centered(Vector256.Load(weights + 32), middle).AsInt16();
            Vector256<short> even0 = Even(w0), odd0 = Odd(w0), even1 = Even(w1), odd1 = Odd(w1);
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
            value += 2 * Rows;
        }

        Store(sums, s00, s01, s10, s11, s20, s21, s30, s31);
    }

    // The weights as they are multiplied.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Multiplied(Vector256<byte> weights, Vector256<byte> center) => TOrder.HasUnsignedWeights ? weights : TOrder.Centered(weights, center);

    // The first products of a run, with what it begins with.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> First(Vector256<byte> weights, Vector256<byte> values, int* start)
        => TOrder.HasUnsignedWeights ? TOrder.Multiply(weights, values) + Vector256.Create(*start).AsInt16() : TOrder.Multiply(weights, values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(int* sums, Vector256<short> run) => (Vector256.Load(sums) + Avx2.MultiplyAddAdjacent(run, Vector256<short>.One)).Store(sums);

    // Of two bytes the first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Even(Vector256<short> weights) => Avx2.ShiftRightArithmetic(Avx2.ShiftLeftLogical(weights, 8), 8);

    // The second.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Odd(Vector256<short> weights) => Avx2.ShiftRightArithmetic(weights, 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Wide(Vector256<short> evenWeights, Vector256<short> oddWeights, Vector256<short> even, Vector256<short> odd)
        => Avx2.MultiplyAddAdjacent(evenWeights, even) + Avx2.MultiplyAddAdjacent(oddWeights, odd);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
