using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Parley.Tests.Golden;

/// <summary>A NumPy 1.0 array of 32-bit floats or signed bytes, little endian, C order.</summary>
internal sealed partial record NpyArray(int[] Shape, float[] Values)
{
    private static readonly byte[] Magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    public static NpyArray Load(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length < 10 || !bytes.AsSpan(0, 8).SequenceEqual(Magic))
            throw new InvalidDataException($"{path} is not a NumPy 1.0 array.");
        int headerLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        string header = Encoding.ASCII.GetString(bytes, 10, headerLength);
        int[] shape = [.. Digits().Matches(Shapes().Match(header).Groups[1].Value).Select(match => int.Parse(match.Value))];
        ReadOnlySpan<byte> body = bytes.AsSpan(10 + headerLength);
        float[] values = Descr().Match(header).Groups[1].Value switch
        {
            "<f4" => MemoryMarshal.Cast<byte, float>(body).ToArray(),
            "|i1" => [.. MemoryMarshal.Cast<byte, sbyte>(body).ToArray().Select(value => (float)value)],
            string other => throw new InvalidDataException($"{path} holds values of type {other}; expected <f4 or |i1."),
        };
        values.Length.ShouldBe(shape.Aggregate(1, (product, axis) => product * axis), path);
        return new NpyArray(shape, values);
    }

    [GeneratedRegex(@"'shape':\s*\(([^)]*)\)", RegexOptions.None, 1000)]
    private static partial Regex Shapes();

    [GeneratedRegex(@"'descr':\s*'([^']*)'", RegexOptions.None, 1000)]
    private static partial Regex Descr();

    [GeneratedRegex(@"\d+", RegexOptions.None, 1000)]
    private static partial Regex Digits();
}
