using Parley.Asr;
using Parley.Inference;
using Parley.Speakers;
using Parley.Vad;

namespace Parley;

/// <summary>Which rule ends a segment.</summary>
public enum VadProfile
{
    /// <summary>Fixed thresholds, as the model was released with (FunASR up to 1.3, its ONNX and C++ runtimes).</summary>
    Classic,

    /// <summary>The pause that ends a segment shrinks while the segment grows (FunASR 1.4).</summary>
    Dynamic,
}

/// <summary>How a pipeline is built. Fixed once it is loaded; what differs from recording to recording is in <see cref="TranscriptionRequest"/>.</summary>
public sealed record PipelineOptions
{
    /// <summary>Whether the model behind speaker labels is loaded at all.</summary>
    public bool Diarize { get; init; } = true;

    /// <summary>Which rule ends a segment; its figures come from the model's configuration file.</summary>
    public VadProfile VadProfile { get; init; } = VadProfile.Classic;

    /// <summary>All figures of segmentation, in place of <see cref="VadProfile"/> and the model's configuration file; null for those.</summary>
    public VadOptions? Vad { get; init; }

    /// <summary>How segments are put together for the recogniser.</summary>
    public BatchOptions Batch { get; init; } = new();

    /// <summary>How voices are told apart.</summary>
    public DiarizationOptions Diarization { get; init; } = new();

    /// <summary>How sentences get their speakers.</summary>
    public SpeakerAssignmentOptions Assignment { get; init; } = new();

    /// <summary>How models run.</summary>
    public InferenceOptions Inference { get; init; } = new();
}
