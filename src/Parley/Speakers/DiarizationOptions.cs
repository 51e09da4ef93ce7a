using System.ComponentModel.DataAnnotations;

namespace Parley.Speakers;

/// <summary>How speakers are told apart.</summary>
public sealed record DiarizationOptions
{
    /// <summary>
    /// For a bundle that says nothing. Two windows of 1.5 s are taken for one voice from 0.4 on (<see cref="SpeakerClusteringOptions.AgglomerativeSimilarity"/>),
    /// the means of two speakers from 0.78 on (<see cref="SpeakerClusteringOptions.MergeSimilarity"/>); a reference of some seconds lies between the two.
    /// </summary>
    public const double UsualKnownVoiceSimilarity = 0.6;

    /// <summary>Windows of 1.5 s in one call of the embedding model.</summary>
    [Range(1, 1024)]
    public int BatchWindows { get; init; } = 16;

    /// <summary>A turn shorter than this goes to the neighbour that is closer in time, in seconds.</summary>
    [Range(0.0, 10.0)]
    public double MinTurnSeconds { get; init; } = 0.7;

    /// <summary>A speaker gets the name of a known voice from this cosine on, between the mean of all that the speaker says and the reference.</summary>
    /// <value>Null: the bundle's own (<c>known_voice_similarity</c> in bundle.json), else <see cref="UsualKnownVoiceSimilarity"/>.</value>
    [Range(-1.0, 1.0)]
    public double? KnownVoiceSimilarity { get; init; }

    /// <summary>How embeddings become speakers.</summary>
    public SpeakerClusteringOptions Clustering { get; init; } = new();

    /// <summary>
    /// Gives the reference's turns where it is plainly wrong: a single turn is not rounded to 10 ms, and speakers that vanish when short turns are
    /// smoothed away leave gaps in the numbers. See also <see cref="SpeakerClusteringOptions.ReferenceCompatible"/>.
    /// </summary>
    public bool ReferenceCompatibleTurns { get; init; }
}
