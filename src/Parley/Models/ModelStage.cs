namespace Parley.Models;

/// <summary>The stages of the pipeline that need a model.</summary>
public enum ModelStage
{
    /// <summary>Voice activity detection; <c>vad</c> in bundle.json.</summary>
    Vad,

    /// <summary>Speech recognition; <c>asr</c> in bundle.json.</summary>
    Asr,

    /// <summary>Punctuation; <c>punctuation</c> in bundle.json.</summary>
    Punctuation,

    /// <summary>Voice embeddings; <c>speakers</c> in bundle.json.</summary>
    Speakers,
}
