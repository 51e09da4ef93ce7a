namespace Parley.Models;

/// <summary>A model directory for voice embeddings (CAM++ and networks with the same inputs and outputs).</summary>
public sealed record SpeakerModelFiles : StageModelFiles
{
    /// <inheritdoc/>
    public override ModelStage Stage => ModelStage.Speakers;

    /// <summary>What the configuration file says; all null without one (published exports of CAM++ often come as a bare network).</summary>
    public required SpeakerConfig Config { get; init; }
}
