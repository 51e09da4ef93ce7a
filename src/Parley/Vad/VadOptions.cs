using System.ComponentModel.DataAnnotations;

namespace Parley.Vad;

/// <summary>How silence scores become segments. Defaults are those that FSMN-VAD was released with; the official key stands with each.</summary>
/// <remarks>
/// Times are milliseconds and count in whole frames of 10 ms; a remainder is cut off.
/// To add an option: a property with its range and default here, its use in <see cref="VadStateMachine"/> or <see cref="FrameClassifier"/>,
/// its key in the model configuration's reader, a row in this room's README and a test.
/// </remarks>
public sealed record VadOptions : IValidatableObject
{
    /// <summary>The silence that FunASR 1.4 waits for by the length of the segment (offline schedule).</summary>
    public static IReadOnlyList<SilenceStep> OfflineSchedule { get; } =
    [
        new(10_000, 2000), new(20_000, 1000), new(30_000, 800), new(40_000, 600), new(50_000, 400), new(60_000, 200), new(int.MaxValue, 100),
    ];

    /// <summary>The same for live audio: long segments are cut earlier.</summary>
    public static IReadOnlyList<SilenceStep> StreamingSchedule { get; } =
    [
        new(5_000, 2000), new(10_000, 1500), new(15_000, 1000), new(30_000, 800), new(45_000, 400), new(int.MaxValue, 100),
    ];

    /// <summary>Fixed thresholds: 800 ms of silence end a segment, speech must score 0.6 above noise.</summary>
    public static VadOptions Classic { get; } = new();

    /// <summary>The pause that ends a segment shrinks from 2 s to 0.1 s while the segment grows; speech must score 0.5 above noise.</summary>
    public static VadOptions Dynamic { get; } = new() { Profile = SilenceProfile.PerSegment, SpeechNoiseThreshold = 0.5 };

    /// <summary>One segment or all (<c>detect_mode</c>).</summary>
    [EnumDataType(typeof(VadDetectMode))]
    public VadDetectMode DetectMode { get; init; } = VadDetectMode.ManyUtterances;

    /// <summary>Where the end silence comes from.</summary>
    [EnumDataType(typeof(SilenceProfile))]
    public SilenceProfile Profile { get; init; } = SilenceProfile.Fixed;

    /// <summary>Silence that ends a segment in the fixed profile; shorter pauses stay inside it (<c>max_end_silence_time</c>).</summary>
    [Range(0, 600_000)]
    public int MaxEndSilenceMs { get; init; } = 800;

    /// <summary>End silence by length of the segment, ascending, for the other profiles. The last row has no limit.</summary>
    [MinLength(1)]
    public IReadOnlyList<SilenceStep> SilenceSchedule { get; init; } = OfflineSchedule;

    /// <summary>Silence at the start after which nothing is looked for any more; single utterance only (<c>max_start_silence_time</c>).</summary>
    [Range(0, 3_600_000)]
    public int MaxStartSilenceMs { get; init; } = 3000;

    /// <summary>The window whose speech frames are counted (<c>window_size_ms</c>).</summary>
    [Range(10, 10_000)]
    public int WindowMs { get; init; } = 200;

    /// <summary>Speech in the window that starts speech (<c>sil_to_speech_time_thres</c>).</summary>
    [Range(10, 10_000)]
    public int SilenceToSpeechMs { get; init; } = 150;

    /// <summary>Speech in the window at or below which speech ends (<c>speech_to_sil_time_thres</c>); part of the end silence.</summary>
    [Range(0, 10_000)]
    public int SpeechToSilenceMs { get; init; } = 150;

    /// <summary>Exponent of the silence score before it is compared (<c>speech_2_noise_ratio</c>).</summary>
    [Range(0.01, 100.0)]
    public double SpeechToNoiseRatio { get; init; } = 1;

    /// <summary>Whether segments are widened by the two times below (<c>do_extend</c>).</summary>
    public bool Extend { get; init; } = true;

    /// <summary>Audio added before the window in which speech was found (<c>lookback_time_start_point</c>).</summary>
    [Range(0, 10_000)]
    public int LookbackMs { get; init; } = 200;

    /// <summary>Audio added after the last speech (<c>lookahead_time_end_point</c>).</summary>
    [Range(0, 10_000)]
    public int LookaheadMs { get; init; } = 100;

    /// <summary>
    /// Longest segment; longer speech is cut where it stands (<c>max_single_segment_time</c>). It counts the silence that is waited for,
    /// and a segment that it cuts is one frame longer.
    /// </summary>
    [Range(100, 3_600_000)]
    public int MaxSegmentMs { get; init; } = 60_000;

    /// <summary>Decibels that speech must lie above the running noise level (<c>snr_thres</c>); the default never acts.</summary>
    [Range(-1000.0, 1000.0)]
    public double SnrThreshold { get; init; } = -100;

    /// <summary>Frames over which the noise level is averaged (<c>noise_frame_num_used_for_snr</c>).</summary>
    [Range(1, 100_000)]
    public int NoiseFrames { get; init; } = 100;

    /// <summary>Decibels below which a frame is silence whatever its score (<c>decibel_thres</c>); the default never acts.</summary>
    [Range(-1000.0, 1000.0)]
    public double DecibelThreshold { get; init; } = -100;

    /// <summary>How far the speech score must lie above the silence score (<c>speech_noise_thres</c>).</summary>
    [Range(-1.0, 1.0)]
    public double SpeechNoiseThreshold { get; init; } = 0.6;

    /// <summary>Columns of the network's output whose sum is the silence score (<c>sil_pdf_ids</c>).</summary>
    [MinLength(1)]
    public IReadOnlyList<int> SilenceColumns { get; init; } = [0];

    /// <summary>
    /// Frames in one run of the network. Segments come out at this pace; which they are does not depend on it, but for rounding in the scores.
    /// </summary>
    [Range(1, 6000)]
    public int BlockFrames { get; init; } = 500;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (SilenceToSpeechMs > WindowMs)
            yield return Finding($"Vad:SilenceToSpeechMs ({SilenceToSpeechMs}) must not exceed Vad:WindowMs ({WindowMs}): speech would never start.", nameof(SilenceToSpeechMs));
        if (SpeechToSilenceMs >= WindowMs)
            yield return Finding($"Vad:SpeechToSilenceMs ({SpeechToSilenceMs}) must be below Vad:WindowMs ({WindowMs}): speech would end at once.", nameof(SpeechToSilenceMs));
        if (Profile == SilenceProfile.Fixed && MaxEndSilenceMs < SpeechToSilenceMs)
            yield return Finding($"Vad:MaxEndSilenceMs ({MaxEndSilenceMs}) must not be below Vad:SpeechToSilenceMs ({SpeechToSilenceMs}), which is part of it.", nameof(MaxEndSilenceMs));
        if (SilenceColumns.Any(column => column < 0) || SilenceColumns.Distinct().Count() != SilenceColumns.Count)
            yield return Finding("Vad:SilenceColumns must be different numbers from 0 on.", nameof(SilenceColumns));
        if (SilenceSchedule.Any(step => step.UpToMs <= 0 || step.SilenceMs < 0)
            || SilenceSchedule.Zip(SilenceSchedule.Skip(1)).Any(rows => rows.First.UpToMs >= rows.Second.UpToMs)
            || (SilenceSchedule.Count > 0 && SilenceSchedule[^1].UpToMs != int.MaxValue))
        {
            yield return Finding("Vad:SilenceSchedule must have rising limits above 0, silences of at least 0, and no limit in its last row.", nameof(SilenceSchedule));
        }

        static ValidationResult Finding(string message, string member) => new(message, [member]);
    }

    /// <summary>Checks all ranges and relations at once.</summary>
    /// <exception cref="ArgumentException">Something is out of range; the message lists all of it.</exception>
    public void ThrowIfInvalid() => OptionsCheck.ThrowIfInvalid(this);
}
