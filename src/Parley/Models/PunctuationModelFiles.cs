namespace Parley.Models;

/// <summary>A model directory for punctuation (CT-Transformer).</summary>
public sealed record PunctuationModelFiles : StageModelFiles
{
    /// <inheritdoc/>
    public override ModelStage Stage => ModelStage.Punctuation;

    /// <summary>Where <see cref="Tokens"/> come from: <c>tokens.json</c>, older <c>tokens.txt</c> or the configuration file itself.</summary>
    public required string TokensPath { get; init; }

    /// <summary>The vocabulary; the index is the word number that the network is given. None is empty, none is there twice.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>What the configuration file says.</summary>
    public required PunctuationConfig Config { get; init; }
}
