using System.Numerics.Tensors;

namespace Parley.Speakers;

/// <summary>Spectral clustering on the graph of the most similar embeddings.</summary>
/// <remarks>
/// Von Luxburg, "A Tutorial on Spectral Clustering", 2007 (unnormalised Laplacian, eigengap heuristic); reference: FunASR's ClusterBackend.
/// Cosines are 32-bit floats as there, eigenvalues 64-bit.
/// </remarks>
internal static class SpectralClustering
{
    /// <summary>The smallest eigenpairs of the graph's Laplacian.</summary>
    /// <param name="embeddings">Shape [n, dim], n at least 1.</param>
    /// <param name="count">How many pairs; at most n are found.</param>
    /// <param name="options">How the graph is thinned out.</param>
    /// <param name="cancellationToken">Checked for every row.</param>
    public static EigenPairs Decompose(EmbeddingSet embeddings, int count, SpeakerClusteringOptions options, CancellationToken cancellationToken)
    {
        double[] laplacian = Laplacian(embeddings, options, cancellationToken);
        return SymmetricEigen.Smallest(laplacian, embeddings.Count, Math.Min(count, embeddings.Count), cancellationToken);
    }

    /// <summary>The number of clusters before the largest gap between neighbouring eigenvalues; the first of equal gaps.</summary>
    /// <param name="values">Eigenvalues, ascending.</param>
    /// <param name="max">Largest number; it needs max + 1 eigenvalues, fewer lower it.</param>
    public static int EstimateCount(ReadOnlySpan<double> values, int max)
    {
        int best = 1;
        double largest = double.NegativeInfinity;
        for (int k = 1; k <= max && k < values.Length; k++)
        {
            double gap = values[k] - values[k - 1];
            if (gap > largest)
                (best, largest) = (k, gap);
        }

        return best;
    }

    /// <summary>k-means on the rows of the first k eigenvectors.</summary>
    /// <returns>A cluster for each embedding, shape [n].</returns>
    public static int[] Cluster(EigenPairs pairs, int k, SpeakerClusteringOptions options, CancellationToken cancellationToken)
    {
        int n = pairs.Vectors.Length / pairs.Values.Length;
        double[] points = new double[n * k];
        for (int column = 0; column < k; column++)
        {
            for (int row = 0; row < n; row++)
                points[(row * k) + column] = pairs.Vectors[(column * n) + row];
        }

        return KMeans.Cluster(points, k, k, options.KMeansRestarts, options.Seed, cancellationToken);
    }

    /// <summary>How many entries of each row are cut, in the floating-point order of the reference, which loses one here and there.</summary>
    internal static int PrunedPerRow(int n, SpeakerClusteringOptions options)
    {
        double share = n * options.NeighbourShare < options.MinNeighbours ? options.MinNeighbours / (double)n : options.NeighbourShare;
        return Math.Clamp((int)((1 - share) * n), 0, n);
    }

    /// <summary>D - S, lower triangle: S is the mean of the thinned-out similarities and their transpose, without self-similarity; D its absolute row sums.</summary>
    private static double[] Laplacian(EmbeddingSet embeddings, SpeakerClusteringOptions options, CancellationToken cancellationToken)
    {
        EmbeddingSet unit = embeddings.Normalized();
        int n = unit.Count, kept = n - PrunedPerRow(n, options);
        double[] laplacian = new double[n * n];
        int[] neighbours = new int[kept];
        float[] similarities = new float[kept];
        for (int i = 0; i < n; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int found = Neighbours(unit, i, neighbours, similarities);
            for (int slot = 0; slot < found; slot++)
            {
                int j = neighbours[slot];
                if (j != i)
                    laplacian[(Math.Max(i, j) * n) + Math.Min(i, j)] -= similarities[slot] * 0.5;
            }
        }

        for (int i = 1; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double weight = Math.Abs(laplacian[(i * n) + j]);
                laplacian[(i * n) + i] += weight;
                laplacian[(j * n) + j] += weight;
            }
        }

        return laplacian;
    }

    // The most similar rows, itself included, ascending; of equal ones the later stay, as a stable sort would leave them.
    private static int Neighbours(EmbeddingSet unit, int row, Span<int> neighbours, Span<float> similarities)
    {
        int found = 0;
        ReadOnlySpan<float> self = unit[row];
        for (int j = 0; j < unit.Count && !neighbours.IsEmpty; j++)
        {
            float similarity = TensorPrimitives.Dot(self, unit[j]);
            if (found == neighbours.Length)
            {
                if (similarity < similarities[0])
                    continue;
                similarities[1..].CopyTo(similarities);
                neighbours[1..].CopyTo(neighbours);
                found--;
            }

            int slot = found;
            while (slot > 0 && similarities[slot - 1] > similarity)
            {
                (similarities[slot], neighbours[slot]) = (similarities[slot - 1], neighbours[slot - 1]);
                slot--;
            }

            (similarities[slot], neighbours[slot]) = (similarity, j);
            found++;
        }

        return found;
    }
}
