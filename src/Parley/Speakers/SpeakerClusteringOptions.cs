using System.ComponentModel.DataAnnotations;

namespace Parley.Speakers;

/// <summary>How embeddings become speakers. Defaults are FunASR's and, for short recordings, 3D-Speaker's.</summary>
public sealed record SpeakerClusteringOptions
{
    /// <summary>Most speakers that are looked for when the caller does not say more.</summary>
    [Range(1, 100)]
    public int MaxSpeakers { get; init; } = 15;

    /// <summary>Speakers whose mean embeddings have at least this cosine are one; does not undercut a number that the caller gave.</summary>
    [Range(-1.0, 1.0)]
    public double MergeSimilarity { get; init; } = 0.78;

    /// <summary>With fewer windows than this the agglomerative method is used: eigenvalues of so few windows tell little.</summary>
    [Range(0, 500)]
    public int AgglomerativeBelow { get; init; } = 40;

    /// <summary>The agglomerative method joins groups while their mean cosine is at least this.</summary>
    [Range(-1.0, 1.0)]
    public double AgglomerativeSimilarity { get; init; } = 0.4;

    /// <summary>
    /// Most windows of the spectral method, whose work grows with the cube and memory with the square. Of longer recordings so many windows,
    /// evenly spread, are clustered; every other window goes to the closest speaker.
    /// </summary>
    [Range(100, 4000)]
    public int MaxSpectralWindows { get; init; } = 1500;

    /// <summary>Share of its most similar windows that each window stays connected with.</summary>
    [Range(0.0, 1.0)]
    public double NeighbourShare { get; init; } = 0.022;

    /// <summary>But at least so many.</summary>
    [Range(1, 100)]
    public int MinNeighbours { get; init; } = 6;

    /// <summary>Speakers with fewer windows than this are given to the closest other speaker; 1 keeps all. Does not undercut a number that the caller gave.</summary>
    [Range(1, 1000)]
    public int MinWindowsPerSpeaker { get; init; } = 1;

    /// <summary>Starts of k-means; the one with the smallest inertia wins.</summary>
    [Range(1, 100)]
    public int KMeansRestarts { get; init; } = 10;

    /// <summary>Seed of k-means: the same embeddings give the same speakers, always.</summary>
    public int Seed { get; init; }

    /// <summary>
    /// Clusters as FunASR 1.4.3 does: fewer than 20 windows are one speaker whatever was asked for, a given number goes straight into k-means, and with
    /// 2048 windows or more k-means runs on the embeddings themselves. (Without a number, its UMAP and HDBSCAN for so many windows are not rebuilt.)
    /// </summary>
    public bool ReferenceCompatible { get; init; }
}
