using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Parley.Inference.Kernels;

/// <summary>
/// Which of two factors is the unsigned one: the instruction that multiplies bytes (<c>vpmaddubsw</c>) takes an unsigned and a signed one, and adds up pairs in 16
/// signed bits.
/// </summary>
internal interface IFactorOrder
{
    /// <summary>The weights as they are multiplied.</summary>
    static abstract Vector256<byte> Prepare(Vector256<byte> weights, Vector256<byte> center);

    /// <summary>Products of bytes, added up in pairs.</summary>
    static abstract Vector256<short> Multiply(Vector256<byte> weights, Vector256<byte> values);

    /// <summary>The weights with even numbers, in 16 bits.</summary>
    static abstract Vector256<short> Even(Vector256<byte> weights);

    /// <summary>The weights with odd numbers, in 16 bits.</summary>
    static abstract Vector256<short> Odd(Vector256<byte> weights);

    /// <summary>Bytes of two times eight values.</summary>
    static abstract Vector128<byte> Narrow(Vector128<short> first, Vector128<short> second);
}

/// <summary>Values lie on both sides of zero: they are signed, and weights stay as they lie in the file.</summary>
internal readonly struct SignedValues : IFactorOrder
{
    public static Vector256<byte> Prepare(Vector256<byte> weights, Vector256<byte> center) => weights;

    public static Vector256<short> Multiply(Vector256<byte> weights, Vector256<byte> values) => Avx2.MultiplyAddAdjacent(weights, values.AsSByte());

    public static Vector256<short> Even(Vector256<byte> weights) => weights.AsInt16() & Vector256.Create((short)byte.MaxValue);

    public static Vector256<short> Odd(Vector256<byte> weights) => Avx2.ShiftRightLogical(weights.AsInt16(), 8);

    public static Vector128<byte> Narrow(Vector128<short> first, Vector128<short> second) => Sse2.PackSignedSaturate(first, second).AsByte();
}

/// <summary>No value is negative, as behind a Relu: they are unsigned, and weights are counted from the middle of their range.</summary>
internal readonly struct UnsignedValues : IFactorOrder
{
    public static Vector256<byte> Prepare(Vector256<byte> weights, Vector256<byte> center) => weights - center;

    public static Vector256<short> Multiply(Vector256<byte> weights, Vector256<byte> values) => Avx2.MultiplyAddAdjacent(values, weights.AsSByte());

    public static Vector256<short> Even(Vector256<byte> weights) => Avx2.ShiftRightArithmetic(Avx2.ShiftLeftLogical(weights.AsInt16(), 8), 8);

    public static Vector256<short> Odd(Vector256<byte> weights) => Avx2.ShiftRightArithmetic(weights.AsInt16(), 8);

    public static Vector128<byte> Narrow(Vector128<short> first, Vector128<short> second) => Sse2.PackUnsignedSaturate(first, second);
}

/// <summary>As <see cref="UnsignedValues"/>, with weights that lie as signed bytes already: a tenth faster.</summary>
internal readonly struct RectifiedValues : IFactorOrder
{
    public static Vector256<byte> Prepare(Vector256<byte> weights, Vector256<byte> center) => weights;

    public static Vector256<short> Multiply(Vector256<byte> weights, Vector256<byte> values) => UnsignedValues.Multiply(weights, values);

    public static Vector256<short> Even(Vector256<byte> weights) => UnsignedValues.Even(weights);

    public static Vector256<short> Odd(Vector256<byte> weights) => UnsignedValues.Odd(weights);

    public static Vector128<byte> Narrow(Vector128<short> first, Vector128<short> second) => UnsignedValues.Narrow(first, second);
}
