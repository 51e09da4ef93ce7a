namespace Parley.Vad;

/// <summary>How many segments a stream may give (<c>detect_mode</c>).</summary>
public enum VadDetectMode
{
    /// <summary>The first segment only; what follows it is ignored. A start silence beyond the limit ends the search.</summary>
    SingleUtterance = 0,

    /// <summary>All segments of a recording.</summary>
    ManyUtterances = 1,
}
