namespace Parley.Models;

/// <summary>A model directory for voice activity detection (FSMN-VAD).</summary>
public sealed record VadModelFiles : StageModelFiles
{
    /// <inheritdoc/>
    public override ModelStage Stage => ModelStage.Vad;

    /// <summary>Shifts and scales of the features: <c>am.mvn</c>, older <c>vad.mvn</c>.</summary>
    public required string CmvnPath { get; init; }

    /// <summary>What the configuration file says.</summary>
    public required VadConfig Config { get; init; }
}
