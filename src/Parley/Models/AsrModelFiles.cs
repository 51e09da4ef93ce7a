namespace Parley.Models;

/// <summary>A model directory for speech recognition.</summary>
public sealed record AsrModelFiles : StageModelFiles
{
    /// <inheritdoc/>
    public override ModelStage Stage => ModelStage.Asr;

    /// <summary>Shifts and scales of the features: <c>am.mvn</c>.</summary>
    public required string CmvnPath { get; init; }

    /// <summary>Where <see cref="Tokens"/> come from: <c>tokens.json</c>, older <c>tokens.txt</c> or the configuration file itself.</summary>
    public required string TokensPath { get; init; }

    /// <summary>The vocabulary; the index is the class number of the network. None is empty, none is there twice.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>The kind of network, by the configuration file; where that names none, by the network's inputs.</summary>
    public required RecognizerKind Kind { get; init; }

    /// <summary>Whether the network writes marks, so that a bundle does without a punctuation model.</summary>
    public bool Punctuates => Kind == RecognizerKind.SenseVoice;

    /// <summary>Whether the network can be told the language (see <see cref="Asr.PromptLanguage"/>).</summary>
    public bool TakesLanguage => Kind == RecognizerKind.SenseVoice;

    /// <summary>The network that embeds hotwords (<c>model_eb.onnx</c>); null for a recogniser that takes none.</summary>
    public string? HotwordModelPath { get; init; }

    /// <summary>Pieces of words for hotwords (<c>seg_dict</c>); null when the directory has none.</summary>
    public string? SegmentDictionaryPath { get; init; }

    /// <summary>What the configuration file says.</summary>
    public required AsrConfig Config { get; init; }
}
