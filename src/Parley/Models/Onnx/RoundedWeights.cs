using System.Runtime.InteropServices;

namespace Parley.Models.Onnx;

/// <summary>
/// Rounds unsigned 8-bit weights of matrix products to signed ones of 7 bits, with a larger scale for each column. Processors that add up pairs of
/// products in 16 bits (x86 without VNNI) then use their fast kernels for unsigned times signed bytes, and no pair can saturate, whatever it is
/// multiplied with. Columns that use no more than 7 bits keep their values; of the others results change as rounding does.
/// </summary>
/// <remarks>ONNX Runtime's quantization guide calls it <c>reduce_range</c> and recommends it for processors with AVX2 and no VNNI.</remarks>
internal static class RoundedWeights
{
    private const byte UnsignedToSigned = OnnxSchema.UInt8Type ^ OnnxSchema.Int8Type;

    // 255 times two of them, the largest unsigned factor, is just within 16 bits.
    private const int Largest = 64;

    /// <summary>Marks what has to change.</summary>
    /// <param name="model">The network.</param>
    /// <param name="edit">Receives the changes.</param>
    /// <returns>Weights that are rounded; 0 when there is nothing to change.</returns>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public static int Apply(OnnxModel model, OnnxEdit edit)
    {
        GraphLinks links = new(model);
        Dictionary<string, OnnxTensor> own = model.Tensors // that one node reads, and nobody else
            .Where(tensor => links.OnlyReader(tensor.Name) is not null && !model.Declared.Contains(tensor.Name))
            .ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        using FileStream stream = File.OpenRead(model.Path);
        int count = 0;
        foreach (QuantizedProduct product in QuantizedProduct.All(model, links))
        {
            if (!own.TryGetValue(product.Weights, out OnnxTensor? weights) || !own.TryGetValue(product.Scale, out OnnxTensor? scales)
                || !own.TryGetValue(product.ZeroPoint, out OnnxTensor? zeroPoints) || !Fit(weights, scales, zeroPoints))
                continue;
            if (Round(weights, scales, zeroPoints, stream, edit))
                count++;
        }

        return count;
    }

    private static bool Fit(OnnxTensor weights, OnnxTensor scales, OnnxTensor zeroPoints)
        => weights is { TypeField.Length: 1, Dims: [> 0, > 0 and var columns] } && weights.IsPlain(OnnxSchema.UInt8Type, sizeof(byte))
            && zeroPoints.TypeField?.Length == 1 && zeroPoints.IsPlain(OnnxSchema.UInt8Type, sizeof(byte)) && (zeroPoints.Count == 1 || zeroPoints.Count == columns)
            && scales.IsPlain(OnnxSchema.FloatType, sizeof(float)) && (scales.Count == 1 || scales.Count == columns);

    private static bool Round(OnnxTensor weights, OnnxTensor scales, OnnxTensor zeroPoints, FileStream stream, OnnxEdit edit)
    {
        int columns = (int)weights.Dims[1];
        byte[] zeros = Spread(zeroPoints.Read<byte>(stream), columns);
        float[] factors = Factors(weights, zeros, stream, isShared: scales.Count == 1);
        float[] larger = scales.Read<float>(stream);
        for (int i = 0; i < larger.Length; i++)
        {
            larger[i] *= factors[i];
            if (!float.IsFinite(larger[i]))
                return false;
        }

        byte[] scaleBytes = MemoryMarshal.AsBytes(larger.AsSpan()).ToArray();
        edit.Recode(scales.Raw!.Value, (bytes, offset) => scaleBytes.AsSpan((int)offset, bytes.Length).CopyTo(bytes));
        foreach (OnnxTensor tensor in new[] { weights, zeroPoints })
            edit.Flip(tensor.TypeField!.Value, UnsignedToSigned);
        edit.Recode(zeroPoints.Raw!.Value, static (bytes, _) => bytes.Clear());
        edit.Recode(weights.Raw!.Value, (bytes, offset) =>
        {
            int column = (int)(offset % columns);
            foreach (ref byte value in bytes)
            {
                value = (byte)(sbyte)MathF.Round((value - zeros[column]) / factors[column]);
                column = column + 1 == columns ? 0 : column + 1;
            }
        });
        return true;
    }

    // How much larger a step has to be, by column, so that the farthest weight is within the range; 1 where it is already.
    private static float[] Factors(OnnxTensor weights, byte[] zeros, FileStream stream, bool isShared)
    {
        int[] farthest = new int[zeros.Length];
        byte[] row = new byte[zeros.Length];
        stream.Position = weights.Raw!.Value.ValueStart;
        for (long i = 0; i < weights.Dims[0]; i++)
        {
            stream.ReadExactly(row);
            for (int column = 0; column < row.Length; column++)
                farthest[column] = Math.Max(farthest[column], Math.Abs(row[column] - zeros[column]));
        }

        if (isShared)
            Array.Fill(farthest, farthest.Max());
        return [.. farthest.Select(distance => MathF.Max(1, distance / (float)Largest))];
    }

    private static byte[] Spread(byte[] values, int columns) => values.Length == columns ? values : [.. Enumerable.Repeat(values[0], columns)];
}
