using Parley.Server.Workers;
using Parley.Speakers;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>What a request asks for besides its file; checked.</summary>
internal sealed record TranscriptionFields
{
    /// <summary>As the client named it; one of those that the server answers to.</summary>
    public required string Model { get; init; }

    /// <summary>The bundle that the name stands for; null for the default.</summary>
    public string? Bundle { get; init; }

    public ResponseFormat Format { get; init; }

    /// <summary><c>verbose_json</c>: whether segments are listed.</summary>
    public bool WithSegments { get; init; }

    /// <summary><c>verbose_json</c>: whether words are listed.</summary>
    public bool WithWords { get; init; }

    /// <summary>Whether log probabilities are listed.</summary>
    public bool WithLogProbabilities { get; init; }

    /// <summary>Whether the answer is a stream of events.</summary>
    public bool Stream { get; init; }

    /// <summary>As the client gave it, trimmed; null when it gave none.</summary>
    public string? Language { get; init; }

    /// <summary>Echoed: the recogniser always takes the best token.</summary>
    public double Temperature { get; init; }

    /// <summary>Whether speakers are shown.</summary>
    public bool Diarize { get; init; }

    public SpeakerCount Speakers { get; init; } = SpeakerCount.Unknown;

    /// <summary>Whether numbers are written in figures; null: as the server does.</summary>
    public bool? Itn { get; init; }

    /// <summary>Words that are likely to be said; empty for none.</summary>
    public IReadOnlyList<string> Hotwords { get; init; } = [];

    /// <summary>People whose voices are known; empty for none.</summary>
    public IReadOnlyList<VoiceSample> KnownSpeakers { get; init; } = [];
}
