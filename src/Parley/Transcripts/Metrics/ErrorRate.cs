namespace Parley.Transcripts.Metrics;

/// <summary>How far a text is from its reference: the fewest edits that turn the reference into it.</summary>
/// <param name="Substitutions">Units replaced.</param>
/// <param name="Deletions">Units of the reference that are missing.</param>
/// <param name="Insertions">Units that the reference does not have.</param>
/// <param name="ReferenceLength">Units of the reference.</param>
public readonly record struct ErrorRate(int Substitutions, int Deletions, int Insertions, int ReferenceLength)
{
    /// <summary>Substitutions + deletions + insertions.</summary>
    public int Errors => Substitutions + Deletions + Insertions;

    /// <summary>
    /// Errors for each unit of the reference; more than 1 is possible. With an empty reference: 0 when there are no errors, else 1.
    /// </summary>
    public double Rate => ReferenceLength > 0 ? (double)Errors / ReferenceLength : Math.Min(1, Errors);

    /// <summary>Errors and lengths of several texts together; the rate of the sum weighs long texts more.</summary>
    public static ErrorRate operator +(ErrorRate left, ErrorRate right) => Add(left, right);

    /// <summary>Errors and lengths of two texts together.</summary>
    public static ErrorRate Add(ErrorRate left, ErrorRate right) => new(
        left.Substitutions + right.Substitutions,
        left.Deletions + right.Deletions,
        left.Insertions + right.Insertions,
        left.ReferenceLength + right.ReferenceLength);
}
