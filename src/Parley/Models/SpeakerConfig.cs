namespace Parley.Models;

/// <summary>What the configuration file of a speaker model says (<c>model_conf</c>). Null where the file says nothing.</summary>
public sealed record SpeakerConfig
{
    /// <summary><c>feat_dim</c>: mel bins of a frame.</summary>
    public int? FeatureDim { get; init; }

    /// <summary><c>embedding_size</c>: values of an embedding.</summary>
    public int? EmbeddingSize { get; init; }

    internal static SpeakerConfig From(YamlValue root) => new()
    {
        FeatureDim = root["model_conf"]["feat_dim"].AsInt(),
        EmbeddingSize = root["model_conf"]["embedding_size"].AsInt(),
    };
}
