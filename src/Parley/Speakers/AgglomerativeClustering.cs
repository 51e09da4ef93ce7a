using System.Numerics.Tensors;

namespace Parley.Speakers;

/// <summary>Joins the two most similar groups again and again (average linkage, cosine). Work grows with the cube of the windows: for short recordings.</summary>
/// <remarks>Reference: 3D-Speaker's rule for fewer than 40 windows.</remarks>
internal static class AgglomerativeClustering
{
    /// <summary>Groups the embeddings.</summary>
    /// <param name="embeddings">Shape [n, dim], n at least 1.</param>
    /// <param name="similarity">Groups are joined while their mean cosine is at least this.</param>
    /// <param name="bounds">Joining stops at the minimum and goes on above the maximum, whatever the cosine.</param>
    /// <param name="cancellationToken">Checked before every join.</param>
    /// <returns>A group for each embedding, shape [n], numbered from 0 by first appearance.</returns>
    public static int[] Cluster(EmbeddingSet embeddings, double similarity, SpeakerBounds bounds, CancellationToken cancellationToken)
    {
        EmbeddingSet unit = embeddings.Normalized();
        int n = unit.Count;

        // sums[i, j]: sum of the cosines between the members of groups i and j.
        double[] sums = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                sums[(i * n) + j] = TensorPrimitives.Dot(unit[i], unit[j]);
        }

        int[] labels = [.. Enumerable.Range(0, n)];
        int[] sizes = [.. Enumerable.Repeat(1, n)];
        for (int groups = n; groups > bounds.Min; groups--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (int left, int right, double mean) = MostSimilar(sums, sizes);
            if (mean < similarity && groups <= bounds.Max)
                break;
            for (int j = 0; j < n; j++)
                sums[(left * n) + j] += sums[(right * n) + j];
            for (int j = 0; j < n; j++)
                sums[(j * n) + left] += sums[(j * n) + right];
            sizes[left] += sizes[right];
            sizes[right] = 0;
            labels.AsSpan().Replace(right, left);
        }

        return ClusterLabels.ByFirstAppearance(labels);
    }

    private static (int Left, int Right, double Mean) MostSimilar(double[] sums, int[] sizes)
    {
        int n = sizes.Length;
        (int Left, int Right, double Mean) best = (0, 0, double.NegativeInfinity);
        for (int i = 0; i < n; i++)
        {
            for (int j = i + 1; j < n && sizes[i] > 0; j++)
            {
                if (sizes[j] == 0)
                    continue;
                double mean = sums[(i * n) + j] / ((double)sizes[i] * sizes[j]);
                if (mean > best.Mean)
                    best = (i, j, mean);
            }
        }

        return best;
    }
}
