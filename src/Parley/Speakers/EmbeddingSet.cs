using System.Numerics.Tensors;

namespace Parley.Speakers;

/// <summary>Embeddings in time order.</summary>
/// <param name="Values">Row-major, shape [n, dim].</param>
/// <param name="Dim">Values of one embedding.</param>
internal sealed record EmbeddingSet(ReadOnlyMemory<float> Values, int Dim)
{
    /// <summary>Number of embeddings.</summary>
    public int Count => Values.Length / Dim;

    /// <summary>One embedding, shape [dim].</summary>
    public ReadOnlySpan<float> this[int row] => Values.Span.Slice(row * Dim, Dim);

    /// <summary>Every row divided by its length; a row of zeros stays.</summary>
    public EmbeddingSet Normalized()
    {
        float[] unit = Values.ToArray();
        for (int row = 0; row < Count; row++)
            Normalize(unit.AsSpan(row * Dim, Dim));
        return new EmbeddingSet(unit, Dim);
    }

    /// <summary>The chosen rows, in the order of <paramref name="rows"/>.</summary>
    public EmbeddingSet Select(ReadOnlySpan<int> rows)
    {
        float[] chosen = new float[rows.Length * Dim];
        for (int i = 0; i < rows.Length; i++)
            this[rows[i]].CopyTo(chosen.AsSpan(i * Dim));
        return new EmbeddingSet(chosen, Dim);
    }

    /// <summary>Mean embedding of each cluster, divided by its length: shape [clusters, dim].</summary>
    public EmbeddingSet Centres(ReadOnlySpan<int> labels, int clusters)
    {
        double[] sums = new double[clusters * Dim];
        for (int row = 0; row < labels.Length; row++)
        {
            Span<double> sum = sums.AsSpan(labels[row] * Dim, Dim);
            ReadOnlySpan<float> embedding = this[row];
            for (int i = 0; i < Dim; i++)
                sum[i] += embedding[i];
        }

        // The length of a sum has the direction of the mean.
        float[] centres = new float[sums.Length];
        for (int cluster = 0; cluster < clusters; cluster++)
        {
            Span<double> sum = sums.AsSpan(cluster * Dim, Dim);
            double norm = TensorPrimitives.Norm<double>(sum);
            for (int i = 0; i < Dim; i++)
                centres[(cluster * Dim) + i] = norm > 0 ? (float)(sum[i] / norm) : 0;
        }

        return new EmbeddingSet(centres, Dim);
    }

    /// <summary>The row with the largest scalar product with <paramref name="embedding"/>; the first of equals.</summary>
    /// <param name="embedding">Shape [dim].</param>
    /// <param name="except">A row that does not count; -1 for none.</param>
    public int Closest(ReadOnlySpan<float> embedding, int except = -1)
    {
        int best = -1;
        float bestSimilarity = float.NegativeInfinity;
        for (int row = 0; row < Count; row++)
        {
            float similarity = TensorPrimitives.Dot(this[row], embedding);
            if (row != except && (best < 0 || similarity > bestSimilarity))
                (best, bestSimilarity) = (row, similarity);
        }

        return best;
    }

    private static void Normalize(Span<float> row)
    {
        float norm = TensorPrimitives.Norm<float>(row);
        if (norm > 0)
            TensorPrimitives.Divide(row, norm, row);
    }
}
