using System.ComponentModel.DataAnnotations;

namespace Parley.Speakers;

/// <summary>How speakers are told apart.</summary>
public sealed record DiarizationOptions
{
    /// <summary>Windows of 1.5 s in one call of the embedding model.</summary>
    [Range(1, 1024)]
    public int BatchWindows { get; init; } = 16;

    /// <summary>A turn shorter than this goes to the neighbour that is closer in time, in seconds.</summary>
    [Range(0.0, 10.0)]
    public double MinTurnSeconds { get; init; } = 0.7;

    /// <summary>How embeddings become speakers.</summary>
    public SpeakerClusteringOptions Clustering { get; init; } = new();

    /// <summary>
    /// Gives the reference's turns where it is plainly wrong: a single turn is not rounded to 10 ms, and speakers that vanish when short turns are
    /// smoothed away leave gaps in the numbers. See also <see cref="SpeakerClusteringOptions.ReferenceCompatible"/>.
    /// </summary>
    public bool ReferenceCompatibleTurns { get; init; }
}
