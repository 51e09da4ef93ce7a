namespace Parley.Vad;

/// <summary>How long a pause may be before it ends a segment.</summary>
public enum SilenceProfile
{
    /// <summary>Always <see cref="VadOptions.MaxEndSilenceMs"/>: what FunASR up to 1.3, its ONNX and its C++ runtime do.</summary>
    Fixed,

    /// <summary>The longer the segment already is, the shorter the pause, by <see cref="VadOptions.SilenceSchedule"/>, looked up at every frame.</summary>
    PerSegment,

    /// <summary>
    /// The schedule as FunASR 1.4 really applies it: looked up once per minute of audio, so that cuts depend on where the minute falls.
    /// For comparison with that version only.
    /// </summary>
    ChunkGrid,
}

/// <summary>One row of a schedule: while a segment is at most <paramref name="UpToMs"/> long, a pause of <paramref name="SilenceMs"/> ends it.</summary>
/// <param name="UpToMs">Length of the segment in milliseconds; <see cref="int.MaxValue"/> in the last row.</param>
/// <param name="SilenceMs">Length of the pause in milliseconds.</param>
public readonly record struct SilenceStep(int UpToMs, int SilenceMs);
