namespace Parley.Speakers;

/// <summary>Embeddings to speakers. Pure: the same input gives the same output.</summary>
internal static class SpeakerClustering
{
    // The limits of FunASR's ClusterBackend.
    private const int ReferenceOneSpeakerBelow = 20, ReferenceSpectralBelow = 2048;

    /// <summary>Groups embeddings by voice.</summary>
    /// <param name="embeddings">Shape [n, dim], in time order.</param>
    /// <param name="count">What is known about the number of speakers.</param>
    /// <param name="options">How to group.</param>
    /// <param name="cancellationToken">Checked inside all long loops.</param>
    /// <returns>A speaker for each embedding, shape [n], numbered from 0 by first appearance.</returns>
    /// <exception cref="ArgumentException">The count contradicts itself.</exception>
    public static int[] Cluster(EmbeddingSet embeddings, SpeakerCount count, SpeakerClusteringOptions options, CancellationToken cancellationToken)
    {
        SpeakerBounds.Check(count);
        int n = embeddings.Count;
        if (n == 0)
            return [];
        SpeakerBounds bounds = SpeakerBounds.From(count, options.MaxSpeakers, n);
        if (options.ReferenceCompatible)
            return ClusterLabels.ByFirstAppearance(AsReference(embeddings, count.Exact, bounds, options, cancellationToken));

        int[] labels = n < options.AgglomerativeBelow
            ? AgglomerativeClustering.Cluster(embeddings, options.AgglomerativeSimilarity, bounds, cancellationToken)
            : n <= options.MaxSpectralWindows
                ? Spectral(embeddings, bounds, options, cancellationToken)
                : ByLandmarks(embeddings, bounds, options, cancellationToken);
        return ClusterLabels.DissolveSmall(labels, embeddings, options.MinWindowsPerSpeaker, bounds.Min);
    }

    /// <summary>
    /// The spectral method for a number that is known or not. With fewer eigenvectors than the graph has parts, k-means would see an arbitrary turn of
    /// their common space, so a smaller number than the eigenvalues suggest is reached by joining clusters.
    /// </summary>
    private static int[] Spectral(EmbeddingSet embeddings, SpeakerBounds bounds, SpeakerClusteringOptions options, CancellationToken cancellationToken)
    {
        int most = Math.Min(Math.Max(options.MaxSpeakers, bounds.Max), embeddings.Count);
        EigenPairs pairs = SpectralClustering.Decompose(embeddings, most + 1, options, cancellationToken);
        int k = Math.Max(SpectralClustering.EstimateCount(pairs.Values, most), bounds.Min);
        int[] labels = SpectralClustering.Cluster(pairs, k, options, cancellationToken);
        return ClusterLabels.Merge(labels, embeddings, options.MergeSimilarity, bounds);
    }

    /// <summary>Clusters evenly spread windows, then gives every other window to the speaker with the closest mean. Memory and work are linear beyond that.</summary>
    private static int[] ByLandmarks(EmbeddingSet embeddings, SpeakerBounds bounds, SpeakerClusteringOptions options, CancellationToken cancellationToken)
    {
        int n = embeddings.Count, landmarks = options.MaxSpectralWindows;
        int[] rows = [.. Enumerable.Range(0, landmarks).Select(i => (int)(((2L * i) + 1) * n / (2L * landmarks)))];
        EmbeddingSet chosen = embeddings.Select(rows);
        int[] landmarkLabels = Spectral(chosen, bounds, options, cancellationToken);
        EmbeddingSet centres = chosen.Centres(landmarkLabels, ClusterLabels.Count(landmarkLabels));

        int[] labels = new int[n];
        for (int i = 0; i < n; i++)
        {
            if (i % 4096 == 0)
                cancellationToken.ThrowIfCancellationRequested();
            labels[i] = centres.Closest(embeddings[i]);
        }

        for (int i = 0; i < landmarks; i++)
            labels[rows[i]] = landmarkLabels[i];
        return ClusterLabels.ByFirstAppearance(labels);
    }

    private static int[] AsReference(
        EmbeddingSet embeddings, int? exact, SpeakerBounds bounds, SpeakerClusteringOptions options, CancellationToken cancellationToken)
    {
        int n = embeddings.Count;
        if (n < ReferenceOneSpeakerBelow)
            return new int[n];
        if (n >= ReferenceSpectralBelow && exact is null)
            return ByLandmarks(embeddings, bounds, options, cancellationToken);
        if (n >= ReferenceSpectralBelow)
            return OnEmbeddings(embeddings, bounds.Min, options, cancellationToken);

        EigenPairs pairs = SpectralClustering.Decompose(embeddings, bounds.Max + 1, options, cancellationToken);
        int k = exact is null ? Math.Max(SpectralClustering.EstimateCount(pairs.Values, bounds.Max), bounds.Min) : bounds.Min;
        int[] labels = SpectralClustering.Cluster(pairs, k, options, cancellationToken);
        return exact is null ? ClusterLabels.Merge(labels, embeddings, options.MergeSimilarity, bounds) : labels;
    }

    private static int[] OnEmbeddings(EmbeddingSet embeddings, int k, SpeakerClusteringOptions options, CancellationToken cancellationToken)
    {
        ReadOnlySpan<float> unit = embeddings.Normalized().Values.Span;
        double[] points = new double[unit.Length];
        for (int i = 0; i < points.Length; i++)
            points[i] = unit[i];
        return KMeans.Cluster(points, embeddings.Dim, k, options.KMeansRestarts, options.Seed, cancellationToken);
    }
}
