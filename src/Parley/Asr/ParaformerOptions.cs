namespace Parley.Asr;

/// <summary>How the recogniser's output becomes words.</summary>
public sealed record ParaformerOptions
{
    /// <summary>
    /// Joins tokens and reads times exactly as FunASR does, with the times it misplaces and the pieces it loses. For comparison only.
    /// </summary>
    /// <remarks>
    /// Words may then begin up to 30 ms before their segment, words for which FunASR has no time take the end of the word before, and every word
    /// has the mean probability of its segment's tokens, because FunASR does not keep track of which token went into which word.
    /// </remarks>
    public bool ReferenceCompatible { get; init; }
}
