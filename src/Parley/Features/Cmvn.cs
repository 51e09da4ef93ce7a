using System.Numerics.Tensors;
using Parley.Models;

namespace Parley.Features;

/// <summary>Mean and variance normalisation with the values that a model was trained with: y = (x + shift) * scale. Immutable; safe for concurrent calls.</summary>
public sealed class Cmvn
{
    private readonly float[] _shift;
    private readonly float[] _scale;

    /// <summary>Takes the values as they are.</summary>
    /// <param name="shift">Added first (the negative mean), shape [Dim].</param>
    /// <param name="scale">Multiplied then (one over the standard deviation), shape [Dim].</param>
    public Cmvn(ReadOnlySpan<float> shift, ReadOnlySpan<float> scale)
    {
        ArgumentOutOfRangeException.ThrowIfZero(shift.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(scale.Length, shift.Length);
        _shift = shift.ToArray();
        _scale = scale.ToArray();
    }

    /// <summary>Values of one row.</summary>
    public int Dim => _shift.Length;

    /// <summary>Reads a Kaldi nnet text file (<c>am.mvn</c>, <c>vad.mvn</c>): the blocks AddShift and Rescale.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dim">Values of a row that the model takes (560 for Paraformer, 400 for FSMN-VAD).</param>
    /// <exception cref="ModelFileException">The file is missing, larger than 4 MiB, no such file, or for rows of another size.</exception>
    public static Cmvn Load(string path, int dim)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dim, 1);
        CmvnFile file = CmvnFile.Read(path, dim);
        return new Cmvn(file.Shift, file.Scale);
    }

    /// <summary>Normalises rows in place.</summary>
    /// <param name="rows">Row-major, shape [T, Dim].</param>
    public void Apply(Span<float> rows)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length % Dim, 0);
        for (int start = 0; start < rows.Length; start += Dim)
        {
            Span<float> row = rows.Slice(start, Dim);
            TensorPrimitives.AddMultiply(row, _shift, _scale, row);
        }
    }
}
