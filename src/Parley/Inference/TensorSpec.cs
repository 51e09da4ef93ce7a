namespace Parley.Inference;

/// <summary>Element types that our models use.</summary>
public enum TensorType
{
    /// <summary>32-bit floating point.</summary>
    Float,

    /// <summary>32-bit integer.</summary>
    Int32,

    /// <summary>64-bit integer.</summary>
    Int64,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>An input or output as the model file declares it.</summary>
/// <param name="Name">Name in the graph.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Axes in row-major order; -1 where the length is free.</param>
public sealed record TensorSpec(string Name, TensorType Type, IReadOnlyList<long> Shape)
{
    /// <summary>For messages: <c>speech float [-1, -1, 560]</c>.</summary>
    public override string ToString() => $"{Name} {Type} [{string.Join(", ", Shape)}]";
}
