using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Parley.Inference.Kernels;

/// <summary>
/// Which of two factors is the unsigned one: the instruction that multiplies bytes (<c>vpmaddubsw</c>) takes an unsigned and a signed one, and adds up pairs in 16
/// signed bits.
/// </summary>
internal interface IFactorOrder
{
    /// <summary>The weights as signed bytes, counted from the center.</summary>
    static abstract Vector256<byte> Centered(Vector256<byte> weights, Vector256<byte> center);

    /// <summary>Products of bytes, added up in pairs.</summary>
    static abstract Vector256<short> Multiply(Vector256<byte> weights, Vector256<byte> values);

    /// <summary>Whether weights are multiplied as unsigned bytes, not as distances from the middle of their range.</summary>
    static abstract bool HasUnsignedWeights { get; }

    /// <summary>The largest size of a value.</summary>
    static abstract short MostValue { get; }

    /// <summary>Bytes of two times eight values, and of two times eight more.</summary>
    static abstract Vector256<byte> Narrow(Vector256<short> first, Vector256<short> second);
}

/// <summary>Values lie on both sides of zero: they are signed, and weights stay as they lie in the file.</summary>
internal readonly struct SignedValues : IFactorOrder
{
    public static Vector256<byte> Centered(Vector256<byte> weights, Vector256<byte> center) => weights - center;

    public static Vector256<short> Multiply(Vector256<byte> weights, Vector256<byte> values) => Avx2.MultiplyAddAdjacent(weights, values.AsSByte());

    public static bool HasUnsignedWeights => true;

    public static short MostValue => sbyte.MaxValue;

    public static Vector256<byte> Narrow(Vector256<short> first, Vector256<short> second) => Avx2.PackSignedSaturate(first, second).AsByte();
}

/// <summary>No value is negative, as behind a Relu: they are unsigned, and weights are counted from the middle of their range.</summary>
internal readonly struct UnsignedValues : IFactorOrder
{
    public static Vector256<byte> Centered(Vector256<byte> weights, Vector256<byte> center) => weights - center;

    public static Vector256<short> Multiply(Vector256<byte> weights, Vector256<byte> values) => Avx2.MultiplyAddAdjacent(values, weights.AsSByte());

    public static bool HasUnsignedWeights => false;

    public static short MostValue => byte.MaxValue;

    public static Vector256<byte> Narrow(Vector256<short> first, Vector256<short> second) => Avx2.PackUnsignedSaturate(first, second);
}

/// <summary>As <see cref="UnsignedValues"/>, with weights that lie as signed bytes already: a tenth faster.</summary>
internal readonly struct RectifiedValues : IFactorOrder
{
    public static Vector256<byte> Centered(Vector256<byte> weights, Vector256<byte> center) => weights;

    public static Vector256<short> Multiply(Vector256<byte> weights, Vector256<byte> values) => UnsignedValues.Multiply(weights, values);

    public static bool HasUnsignedWeights => false;

    public static short MostValue => UnsignedValues.MostValue;

    public static Vector256<byte> Narrow(Vector256<short> first, Vector256<short> second) => UnsignedValues.Narrow(first, second);
}
