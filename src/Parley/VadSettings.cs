using Parley.Models;
using Parley.Vad;

namespace Parley;

/// <summary>Decides how frame scores become segments: what the caller says, else what the model's configuration file says, else the defaults.</summary>
internal static class VadSettings
{
    public static VadOptions For(VadConfig config, PipelineOptions options)
    {
        if (options.Vad is { } given)
            return given;
        VadOptions defaults = options.VadProfile == VadProfile.Dynamic ? VadOptions.Dynamic : VadOptions.Classic;
        return defaults with
        {
            MaxEndSilenceMs = config.MaxEndSilenceMs ?? defaults.MaxEndSilenceMs,
            // The dynamic profile is a threshold of its own.
            SpeechNoiseThreshold = options.VadProfile == VadProfile.Dynamic ? defaults.SpeechNoiseThreshold : config.SpeechNoiseThreshold ?? defaults.SpeechNoiseThreshold,
            DetectMode = config.DetectMode is { } mode ? (VadDetectMode)mode : defaults.DetectMode,
            MaxStartSilenceMs = config.MaxStartSilenceMs ?? defaults.MaxStartSilenceMs,
            WindowMs = config.WindowMs ?? defaults.WindowMs,
            SilenceToSpeechMs = config.SilenceToSpeechMs ?? defaults.SilenceToSpeechMs,
            SpeechToSilenceMs = config.SpeechToSilenceMs ?? defaults.SpeechToSilenceMs,
            SpeechToNoiseRatio = config.SpeechToNoiseRatio ?? defaults.SpeechToNoiseRatio,
            Extend = config.Extend ?? defaults.Extend,
            LookbackMs = config.LookbackMs ?? defaults.LookbackMs,
            LookaheadMs = config.LookaheadMs ?? defaults.LookaheadMs,
            MaxSegmentMs = config.MaxSegmentMs ?? defaults.MaxSegmentMs,
            SnrThreshold = config.SnrThreshold ?? defaults.SnrThreshold,
            NoiseFrames = config.NoiseFrames ?? defaults.NoiseFrames,
            DecibelThreshold = config.DecibelThreshold ?? defaults.DecibelThreshold,
            SilenceColumns = config.SilenceColumns ?? defaults.SilenceColumns,
        };
    }
}
