using Parley.Asr;

namespace Parley.Transcripts.Edits;

/// <summary>A sentence as it reads now.</summary>
/// <param name="Id">Stays the same whatever is changed: its index in the machine's transcript, and for the second part of a cut sentence <c>4.3</c> (cut before word 3).</param>
/// <param name="Text">With its marks, trimmed.</param>
/// <param name="StartMs">Milliseconds from the start of the recording.</param>
/// <param name="EndMs">Milliseconds from the start of the recording.</param>
/// <param name="Speaker">Id of the speaker; null when nobody knows.</param>
/// <param name="Words">In time order, without marks. The confidence of a word that a person wrote is no number.</param>
/// <param name="IsEdited">Whether a person has changed its text.</param>
public sealed record EditedSentence(string Id, string Text, int StartMs, int EndMs, string? Speaker, IReadOnlyList<Word> Words, bool IsEdited)
{
    /// <summary>The machine's, see <see cref="TranscriptSentence.Tags"/>.</summary>
    public SpeechTags? Tags { get; init; }

    /// <summary>Milliseconds that it lasts; never negative.</summary>
    public int LengthMs => Math.Max(0, EndMs - StartMs);
}

/// <summary>A speaker as people know them.</summary>
/// <param name="Id">Stays the same, and is never given to somebody else: <c>s1</c> is the first speaker of the machine's transcript.</param>
/// <param name="Label">The machine's, such as <c>Speaker1</c>.</param>
/// <param name="Name">A person's; null: none was given.</param>
public sealed record EditedSpeaker(string Id, string Label, string? Name)
{
    /// <summary>What transcripts call them.</summary>
    public string Shown => Name ?? Label;
}
