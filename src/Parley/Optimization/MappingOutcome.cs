namespace Parley.Optimization;

/// <summary>What became of the attempt to give a network the form that loads fast and that processes share.</summary>
public enum MappingOutcome
{
    /// <summary>It is too small to gain by it.</summary>
    TooSmall,

    /// <summary>It has that form, and runs in it.</summary>
    Mapped,

    /// <summary>ONNX Runtime cannot write or read it so, or results differ; this is remembered.</summary>
    Refused,

    /// <summary>Another process is at it.</summary>
    Busy,

    /// <summary>The result cannot be kept: no folder can be written, or the disk is full. Nothing is remembered.</summary>
    NotKept,
}
