namespace Parley.Models;

/// <summary>What the configuration file of a recogniser says. Null where the file says nothing.</summary>
public sealed record AsrConfig
{
    /// <summary><c>model</c> of a SenseVoice network.</summary>
    internal const string SenseVoice = "SenseVoiceSmall";

    /// <summary><c>model</c>: name of the network's class, such as <c>Paraformer</c>, <c>BiCifParaformer</c>, <c>SeacoParaformer</c>, <c>SenseVoiceSmall</c>.</summary>
    public string? Model { get; init; }

    /// <summary>The front end.</summary>
    public required FrontEndConfig FrontEnd { get; init; }

    /// <summary><c>model_conf.predictor_bias</c>: tokens that the predictor counts beyond those of the text.</summary>
    public int? PredictorBias { get; init; }

    /// <summary><c>predictor_conf.upsample_times</c>: timestamp frames in one encoder frame.</summary>
    public int? UpsampleTimes { get; init; }

    /// <summary><c>lang</c>: language of the vocabulary, such as <c>zh-cn</c>.</summary>
    public string? Language { get; init; }

    internal static AsrConfig From(YamlValue root) => new()
    {
        Model = root["model"].AsText(),
        FrontEnd = FrontEndConfig.From(root),
        PredictorBias = root["model_conf"]["predictor_bias"].AsInt(),
        UpsampleTimes = root["predictor_conf"]["upsample_times"].AsInt(),
        Language = root["lang"].AsText(),
    };
}
