using Parley.Models;

namespace Parley.Server.Configuration;

/// <summary>A model as configurations of FunASR name it.</summary>
internal sealed record NamedModel
{
    /// <summary>FunASR's short name, id of a hub's repository, or full path of a directory; null when none is named.</summary>
    public string? Name { get; init; }

    /// <summary>Revision of the repository; null when none is named.</summary>
    public string? Revision { get; init; }
}

/// <summary>The models that <c>funasr.model</c>, <c>funasr.vad_model</c>, <c>funasr.punc_model</c> and <c>funasr.spk_model</c> name.</summary>
internal sealed record NamedModels
{
    public NamedModel Asr { get; init; } = new();

    public NamedModel Vad { get; init; } = new();

    public NamedModel Punctuation { get; init; } = new();

    public NamedModel Speakers { get; init; } = new();

    /// <summary>Those that are named, with the key that does.</summary>
    public IEnumerable<(string Key, ModelStage Stage, string Name, string? Revision)> Named
    {
        get
        {
            foreach ((string key, ModelStage stage, NamedModel model) in new[]
            {
                ("funasr.model", ModelStage.Asr, Asr), ("funasr.vad_model", ModelStage.Vad, Vad),
                ("funasr.punc_model", ModelStage.Punctuation, Punctuation), ("funasr.spk_model", ModelStage.Speakers, Speakers),
            })
            {
                if (model.Name is { } name)
                    yield return (key, stage, name, model.Revision);
            }
        }
    }
}
