using System.ComponentModel.DataAnnotations;

namespace Parley.Speakers;

/// <summary>How sentences get their speakers.</summary>
public sealed record SpeakerAssignmentOptions
{
    /// <summary>Cuts a sentence between two words where the speaker changes, if both parts have at least <see cref="MinPartSeconds"/>.</summary>
    /// <value>True: a sentence without punctuation model can be a whole segment, and two people can share it.</value>
    public bool SplitAtTurns { get; init; } = true;

    /// <summary>Least time that a part of a cut sentence shares with its speaker's turns, in seconds. Turn boundaries are not more exact than this.</summary>
    [Range(0.0, 60.0)]
    public double MinPartSeconds { get; init; } = 0.7;

    /// <summary>
    /// Decides as the reference does (<c>distribute_spk</c>), which counts the overlap of the speaker in the lead twice, so that a later one needs more
    /// than twice as much; speaker 0 without overlap; never cuts.
    /// </summary>
    public bool ReferenceCompatible { get; init; }
}
