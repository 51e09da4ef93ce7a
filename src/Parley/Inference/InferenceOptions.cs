using System.ComponentModel.DataAnnotations;

namespace Parley.Inference;

/// <summary>How models run.</summary>
public sealed record InferenceOptions
{
    /// <summary>Threads inside one model run; null lets the program choose from the cores that it may use.</summary>
    [Range(1, 1024)]
    public int? Threads { get; init; }
}
