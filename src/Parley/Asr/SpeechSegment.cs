using Parley.Vad;

namespace Parley.Asr;

/// <summary>A stretch of speech with all that the later stages need of it.</summary>
/// <param name="Index">Number of the segment in the recording, from 0, in time order.</param>
/// <param name="Bounds">Where it lies in the recording.</param>
/// <param name="Samples">Mono samples in [-1, 1] at 16 kHz, shape [samples]; up to a frame shorter than <paramref name="Bounds"/> at the end of a recording.</param>
/// <param name="Fbank">Log-mel features on the 16-bit scale, row-major, shape [frames, 80]; the same numbers as computed from <paramref name="Samples"/> alone.</param>
public sealed record SpeechSegment(int Index, VadSegment Bounds, ReadOnlyMemory<float> Samples, ReadOnlyMemory<float> Fbank);
