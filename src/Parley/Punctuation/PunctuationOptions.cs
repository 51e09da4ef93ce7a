using System.ComponentModel.DataAnnotations;

namespace Parley.Punctuation;

/// <summary>Whose answers to give where the reference implementation is plainly wrong or disagrees with itself.</summary>
public enum PunctuationCompatibility
{
    /// <summary>
    /// Words are looked up in lower case, class 0 counts as no mark, the context is bounded, and the last word ends a sentence.
    /// </summary>
    None,

    /// <summary>As FunASR 1.2.7: look-up as written, class 0 kept, unbounded context; a missing last mark is reported as a comma.</summary>
    FunAsr127,

    /// <summary>As FunASR 1.4.3: as <see cref="FunAsr127"/>, but a missing last mark is reported as a period.</summary>
    FunAsr143,
}

/// <summary>How CT-Transformer is asked. Defaults are those that the model was released with.</summary>
public sealed record PunctuationOptions : IValidatableObject
{
    /// <summary>Marks in the order of the model's classes (<c>model_conf.punc_list</c> of its config.yaml); half-width and full-width forms are the same mark.</summary>
    /// <value>Default: <c>&lt;unk&gt; _ ， 。 ？ 、</c>; <c>_</c> is no mark.</value>
    [Required]
    [MinLength(2)]
    public IReadOnlyList<string> MarkList { get; init; } = ["<unk>", "_", "，", "。", "？", "、"];

    /// <summary>New tokens in each call of the model.</summary>
    [Range(1, 4096)]
    public int ChunkTokens { get; init; } = 20;

    /// <summary>A context longer than this may also be closed at a comma, which then becomes a period (<c>cache_pop_trigger_limit</c>).</summary>
    [Range(1, 65536)]
    public int CommaContextTokens { get; init; } = 200;

    /// <summary>
    /// Most tokens in one call. Without any mark the context would grow with the text and the work with its square; at this length all but the
    /// newest chunk is let go. Must exceed <see cref="CommaContextTokens"/> and <see cref="ChunkTokens"/>. Without effect in the compatible modes.
    /// </summary>
    [Range(2, 65536)]
    public int MaxContextTokens { get; init; } = 512;

    /// <summary>Whose answers to give in doubt.</summary>
    /// <value>Default: <see cref="PunctuationCompatibility.None"/>.</value>
    public PunctuationCompatibility Compatibility { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MaxContextTokens <= CommaContextTokens || MaxContextTokens <= ChunkTokens)
        {
            yield return new ValidationResult(
                "Punctuation:MaxContextTokens must be larger than Punctuation:CommaContextTokens and Punctuation:ChunkTokens.", [nameof(MaxContextTokens)]);
        }
    }
}
