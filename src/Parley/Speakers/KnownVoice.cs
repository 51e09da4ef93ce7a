namespace Parley.Speakers;

/// <summary>A voice that somebody has a name for.</summary>
/// <param name="Name">Becomes the label of the speaker who has this voice; not empty.</param>
/// <param name="Embedding">Its direction, of length 1: see <see cref="VoiceEmbeddings.Centre"/>.</param>
public sealed record KnownVoice(string Name, ReadOnlyMemory<float> Embedding);
