using System.Numerics.Tensors;

namespace Parley.Speakers;

/// <summary>Changes to finished clusterings.</summary>
internal static class ClusterLabels
{
    /// <summary>The same clusters numbered 0, 1, 2, … in the order in which they first appear.</summary>
    public static int[] ByFirstAppearance(ReadOnlySpan<int> labels)
    {
        Dictionary<int, int> numbers = [];
        int[] renumbered = new int[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            if (!numbers.TryGetValue(labels[i], out int number))
                numbers.Add(labels[i], number = numbers.Count);
            renumbered[i] = number;
        }

        return renumbered;
    }

    /// <summary>Joins the two clusters with the most similar mean embeddings while they are too similar, or while there are too many.</summary>
    /// <param name="labels">A cluster for each embedding, shape [n].</param>
    /// <param name="embeddings">Shape [n, dim].</param>
    /// <param name="similarity">Cosine from which on two clusters are one.</param>
    /// <param name="bounds">Joining stops at the minimum and goes on above the maximum, whatever the cosine.</param>
    /// <returns>Clusters numbered by first appearance.</returns>
    public static int[] Merge(ReadOnlySpan<int> labels, EmbeddingSet embeddings, double similarity, SpeakerBounds bounds)
    {
        int[] merged = ByFirstAppearance(labels);
        for (int clusters = Count(merged); clusters > bounds.Min; clusters--)
        {
            EmbeddingSet centres = embeddings.Centres(merged, clusters);
            (int keep, int drop, float largest) = MostSimilar(centres);
            if (largest < similarity && clusters <= bounds.Max)
                break;
            for (int i = 0; i < merged.Length; i++)
            {
                if (merged[i] == drop)
                    merged[i] = keep;
                else if (merged[i] > drop)
                    merged[i]--;
            }
        }

        return ByFirstAppearance(merged);
    }

    /// <summary>Gives the windows of the smallest cluster to the cluster with the closest mean, until all clusters have enough windows.</summary>
    /// <param name="labels">A cluster for each embedding, shape [n], numbered from 0 without gaps.</param>
    /// <param name="embeddings">Shape [n, dim].</param>
    /// <param name="minWindows">What is enough.</param>
    /// <param name="minClusters">So many clusters stay in any case.</param>
    public static int[] DissolveSmall(int[] labels, EmbeddingSet embeddings, int minWindows, int minClusters)
    {
        for (int clusters = Count(labels); clusters > Math.Max(minClusters, 1); clusters--)
        {
            (int small, int windows) = labels.CountBy(label => label).MinBy(pair => (pair.Value, pair.Key));
            if (windows >= minWindows)
                break;
            EmbeddingSet centres = embeddings.Centres(labels, clusters);
            labels = ByFirstAppearance([.. labels.Select((label, i) => label == small ? centres.Closest(embeddings[i], except: small) : label)]);
        }

        return labels;
    }

    /// <summary>Number of clusters of labels without gaps.</summary>
    public static int Count(ReadOnlySpan<int> labels) => labels.IsEmpty ? 0 : TensorPrimitives.Max(labels) + 1;

    // The first pair in reading order when several are equal.
    private static (int Keep, int Drop, float Similarity) MostSimilar(EmbeddingSet centres)
    {
        (int Keep, int Drop, float Similarity) best = (0, 1, float.NegativeInfinity);
        for (int i = 0; i < centres.Count; i++)
        {
            for (int j = i + 1; j < centres.Count; j++)
            {
                float similarity = TensorPrimitives.Dot(centres[i], centres[j]);
                if (similarity > best.Similarity)
                    best = (i, j, similarity);
            }
        }

        return best;
    }
}
