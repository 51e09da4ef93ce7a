namespace Parley.Models;

/// <summary><c>frontend_conf</c> of a configuration file. Null where the file says nothing.</summary>
public sealed record FrontEndConfig
{
    /// <summary><c>fs</c>: samples in a second. Only 16000 passes the check.</summary>
    public int? SampleRateHz { get; init; }

    /// <summary><c>window</c>: name of the analysis window.</summary>
    public string? Window { get; init; }

    /// <summary><c>n_mels</c>: mel bins of a frame.</summary>
    public int? MelBins { get; init; }

    /// <summary><c>frame_length</c> in milliseconds.</summary>
    public double? FrameLengthMs { get; init; }

    /// <summary><c>frame_shift</c> in milliseconds.</summary>
    public double? FrameShiftMs { get; init; }

    /// <summary><c>lfr_m</c>: frames in a stack.</summary>
    public int? LfrM { get; init; }

    /// <summary><c>lfr_n</c>: frames between stacks.</summary>
    public int? LfrN { get; init; }

    internal static FrontEndConfig From(YamlValue root)
    {
        YamlValue conf = root["frontend_conf"];
        return new FrontEndConfig
        {
            SampleRateHz = conf["fs"].AsInt(),
            Window = conf["window"].AsText(),
            MelBins = conf["n_mels"].AsInt(),
            FrameLengthMs = conf["frame_length"].AsDouble(),
            FrameShiftMs = conf["frame_shift"].AsDouble(),
            LfrM = conf["lfr_m"].AsInt(),
            LfrN = conf["lfr_n"].AsInt(),
        };
    }
}
