namespace Parley.Asr;

/// <summary>What became of a hotword.</summary>
/// <param name="Word">As it was asked for.</param>
/// <param name="Reason">Why the recogniser was not told of it, for people; null when it was.</param>
public sealed record HotwordOutcome(string Word, string? Reason)
{
    /// <summary>Whether the recogniser was told of it.</summary>
    public bool Applied => Reason is null;
}
