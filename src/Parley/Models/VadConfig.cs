namespace Parley.Models;

/// <summary>
/// What the configuration file of FSMN-VAD says about segments (<c>model_conf</c>; <c>vad_post_conf</c> in <c>vad.yaml</c>).
/// Null where the file says nothing. Keys that act nowhere in the reference are left out.
/// </summary>
public sealed record VadConfig
{
    /// <summary>The front end.</summary>
    public required FrontEndConfig FrontEnd { get; init; }

    /// <summary><c>detect_mode</c>: 0 one utterance, 1 many.</summary>
    public int? DetectMode { get; init; }

    /// <summary><c>max_end_silence_time</c> in milliseconds: silence that ends a segment.</summary>
    public int? MaxEndSilenceMs { get; init; }

    /// <summary><c>max_start_silence_time</c> in milliseconds; used in detect mode 0 only.</summary>
    public int? MaxStartSilenceMs { get; init; }

    /// <summary><c>window_size_ms</c>: smoothing window.</summary>
    public int? WindowMs { get; init; }

    /// <summary><c>sil_to_speech_time_thres</c> in milliseconds.</summary>
    public int? SilenceToSpeechMs { get; init; }

    /// <summary><c>speech_to_sil_time_thres</c> in milliseconds.</summary>
    public int? SpeechToSilenceMs { get; init; }

    /// <summary><c>speech_2_noise_ratio</c>: exponent of the silence score.</summary>
    public double? SpeechToNoiseRatio { get; init; }

    /// <summary><c>do_extend</c>: whether segments are widened by the two times below.</summary>
    public bool? Extend { get; init; }

    /// <summary><c>lookback_time_start_point</c> in milliseconds.</summary>
    public int? LookbackMs { get; init; }

    /// <summary><c>lookahead_time_end_point</c> in milliseconds.</summary>
    public int? LookaheadMs { get; init; }

    /// <summary><c>max_single_segment_time</c> in milliseconds.</summary>
    public int? MaxSegmentMs { get; init; }

    /// <summary><c>snr_thres</c> in decibels.</summary>
    public double? SnrThreshold { get; init; }

    /// <summary><c>noise_frame_num_used_for_snr</c>: frames of the running noise level.</summary>
    public int? NoiseFrames { get; init; }

    /// <summary><c>decibel_thres</c>: frames below this level are silence.</summary>
    public double? DecibelThreshold { get; init; }

    /// <summary><c>speech_noise_thres</c>: how far speech must score above noise.</summary>
    public double? SpeechNoiseThreshold { get; init; }

    /// <summary><c>sil_pdf_ids</c>: columns of the network's output that mean silence.</summary>
    public IReadOnlyList<int>? SilenceColumns { get; init; }

    internal static VadConfig From(YamlValue root)
    {
        YamlValue conf = root["model_conf"].IsPresent ? root["model_conf"] : root["vad_post_conf"];
        return new VadConfig
        {
            FrontEnd = FrontEndConfig.From(root),
            DetectMode = conf["detect_mode"].AsInt(),
            MaxEndSilenceMs = conf["max_end_silence_time"].AsInt(),
            MaxStartSilenceMs = conf["max_start_silence_time"].AsInt(),
            WindowMs = conf["window_size_ms"].AsInt(),
            SilenceToSpeechMs = conf["sil_to_speech_time_thres"].AsInt(),
            SpeechToSilenceMs = conf["speech_to_sil_time_thres"].AsInt(),
            SpeechToNoiseRatio = conf["speech_2_noise_ratio"].AsDouble(),
            Extend = conf["do_extend"].AsBool(),
            LookbackMs = conf["lookback_time_start_point"].AsInt(),
            LookaheadMs = conf["lookahead_time_end_point"].AsInt(),
            MaxSegmentMs = conf["max_single_segment_time"].AsInt(),
            SnrThreshold = conf["snr_thres"].AsDouble(),
            NoiseFrames = conf["noise_frame_num_used_for_snr"].AsInt(),
            DecibelThreshold = conf["decibel_thres"].AsDouble(),
            SpeechNoiseThreshold = conf["speech_noise_thres"].AsDouble(),
            SilenceColumns = conf["sil_pdf_ids"].AsInts(),
        };
    }
}
