using System.Text.Json;
using Parley.Vad;

namespace Parley.Tests.Vad;

/// <summary>Reads options and segments of the golden VAD data.</summary>
internal static class VadGolden
{
    /// <summary>Options by their official names, on top of others.</summary>
    public static VadOptions Options(VadOptions basis, JsonElement options)
    {
        foreach (JsonProperty option in options.EnumerateObject())
        {
            JsonElement value = option.Value;
            basis = option.Name switch
            {
                "detect_mode" => basis with { DetectMode = (VadDetectMode)value.GetInt32() },
                "max_end_silence_time" => basis with { MaxEndSilenceMs = value.GetInt32() },
                "max_start_silence_time" => basis with { MaxStartSilenceMs = value.GetInt32() },
                "window_size_ms" => basis with { WindowMs = value.GetInt32() },
                "sil_to_speech_time_thres" => basis with { SilenceToSpeechMs = value.GetInt32() },
                "speech_to_sil_time_thres" => basis with { SpeechToSilenceMs = value.GetInt32() },
                "speech_2_noise_ratio" => basis with { SpeechToNoiseRatio = value.GetDouble() },
                "do_extend" => basis with { Extend = value.GetInt32() != 0 },
                "lookback_time_start_point" => basis with { LookbackMs = value.GetInt32() },
                "lookahead_time_end_point" => basis with { LookaheadMs = value.GetInt32() },
                "max_single_segment_time" => basis with { MaxSegmentMs = value.GetInt32() },
                "snr_thres" => basis with { SnrThreshold = value.GetDouble() },
                "noise_frame_num_used_for_snr" => basis with { NoiseFrames = value.GetInt32() },
                "decibel_thres" => basis with { DecibelThreshold = value.GetDouble() },
                "speech_noise_thres" => basis with { SpeechNoiseThreshold = value.GetDouble() },
                "sil_pdf_ids" => basis with { SilenceColumns = [.. value.EnumerateArray().Select(id => id.GetInt32())] },
                // What acts nowhere in the reference has no counterpart here; what is fixed here must have the value that is fixed.
                "sample_rate" => Fixed(basis, value, 16000),
                "frame_in_ms" => Fixed(basis, value, 10),
                "frame_length_ms" => Fixed(basis, value, 25),
                "snr_mode" or "do_start_point_detection" or "do_end_point_detection" or "fe_prior_thres" or "silence_pdf_num"
                    or "speech_noise_thresh_low" or "speech_noise_thresh_high" or "output_frame_probs" => basis,
                _ => throw new InvalidDataException($"Unknown option {option.Name}."),
            };
        }

        return basis;
    }

    public static VadSegment[] Segments(JsonElement pairs)
        => [.. pairs.EnumerateArray().Select(pair => new VadSegment(pair[0].GetInt32(), pair[1].GetInt32()))];

    /// <summary>Segments of the kernel alone.</summary>
    /// <param name="options">Options.</param>
    /// <param name="silence">Score of every frame.</param>
    /// <param name="decibels">Level of every frame; 0 for all when empty.</param>
    /// <param name="blocks">Frames of each chunk of the minute grid; null for one.</param>
    public static List<VadSegment> Run(VadOptions options, ReadOnlySpan<float> silence, ReadOnlySpan<float> decibels = default, IEnumerable<int>? blocks = null)
    {
        VadStateMachine machine = new(options);
        List<VadSegment> segments = [];
        int frame = 0;
        foreach (int block in blocks ?? [silence.Length])
        {
            machine.StartChunk();
            for (int end = frame + block; frame < end; frame++)
                machine.Push(silence[frame], decibels.IsEmpty ? 0 : decibels[frame], frame == silence.Length - 1, segments);
        }

        frame.ShouldBe(silence.Length);
        return segments;
    }

    private static VadOptions Fixed(VadOptions basis, JsonElement value, int expected)
    {
        value.GetInt32().ShouldBe(expected);
        return basis;
    }
}
