using Parley.Punctuation;

namespace Parley.Speakers;

/// <summary>A sentence and who said it.</summary>
/// <param name="Sentence">The sentence, or a part of one that two people share.</param>
/// <param name="Speaker">Number of the speaker, from 0; null when nobody was found.</param>
public sealed record SpeakerSentence(Sentence Sentence, int? Speaker);
