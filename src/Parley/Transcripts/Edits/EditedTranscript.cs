using System.Globalization;

namespace Parley.Transcripts.Edits;

/// <summary>A transcript as people have corrected it: the machine's, and operations applied one after the other. Immutable, hence safe for concurrent use.</summary>
/// <remarks>Undoing is applying all operations but the last ones again: the machine's transcript is never touched.</remarks>
public sealed class EditedTranscript
{
    private readonly Transcript _machine;

    private EditedTranscript(Transcript machine, IReadOnlyList<EditedSpeaker> speakers, IReadOnlyList<EditedSentence> sentences, IReadOnlyList<TranscriptTurn> turns, int speakersEver)
        => (_machine, Speakers, Sentences, Turns, SpeakersEver) = (machine, speakers, sentences, turns, speakersEver);

    /// <summary>The speakers, the machine's first; those who were merged into others are gone.</summary>
    public IReadOnlyList<EditedSpeaker> Speakers { get; }

    /// <summary>The sentences in time order.</summary>
    public IReadOnlyList<EditedSentence> Sentences { get; }

    /// <summary>Length of the recording.</summary>
    public TimeSpan Duration => _machine.Duration;

    /// <summary>Turns with ids of speakers.</summary>
    internal IReadOnlyList<TranscriptTurn> Turns { get; }

    /// <summary>Ids that were given out, so that none is given twice.</summary>
    internal int SpeakersEver { get; }

    /// <summary>A transcript as the machine made it.</summary>
    public static EditedTranscript Of(Transcript machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        string[] labels = [.. machine.Speakers
            .Concat(machine.Sentences.Select(sentence => sentence.Speaker).OfType<string>())
            .Concat(machine.Turns.Select(turn => turn.Speaker))
            .Distinct(StringComparer.Ordinal)];
        EditedSpeaker[] speakers = [.. labels.Select((label, index) => new EditedSpeaker($"s{index + 1}", label, null))];
        Dictionary<string, string> ids = speakers.ToDictionary(speaker => speaker.Label, speaker => speaker.Id, StringComparer.Ordinal);
        EditedSentence[] sentences = [.. machine.Sentences.Select((sentence, index) => new EditedSentence(
            index.ToString(CultureInfo.InvariantCulture),
            sentence.Text,
            sentence.StartMs,
            sentence.EndMs,
            sentence.Speaker is null ? null : ids[sentence.Speaker],
            sentence.Words,
            IsEdited: false) { Tags = sentence.Tags })];
        TranscriptTurn[] turns = [.. machine.Turns.Select(turn => turn with { Speaker = ids[turn.Speaker] })];
        return new EditedTranscript(machine, speakers, sentences, turns, speakers.Length);
    }

    /// <summary>Applies operations: all of them, or none.</summary>
    /// <returns>The transcript after them; this one stays as it is.</returns>
    /// <exception cref="EditException">One of them cannot be done; the message says which and why.</exception>
    public EditedTranscript Apply(IReadOnlyList<EditOperation> operations)
    {
        ArgumentNullException.ThrowIfNull(operations);
        EditRun run = new(this);
        for (int i = 0; i < operations.Count; i++)
        {
            try
            {
                run.Apply(operations[i]);
            }
            catch (EditException error)
            {
                throw new EditException($"operations[{i}]: {error.Message}", error);
            }
        }

        return new EditedTranscript(_machine, [.. run.Speakers], [.. run.Sentences], run.Turns, run.SpeakersEver);
    }

    /// <summary>Milliseconds that each speaker talks, by id: what their sentences last.</summary>
    public IReadOnlyDictionary<string, long> TalkMs()
    {
        Dictionary<string, long> talk = Speakers.ToDictionary(speaker => speaker.Id, _ => 0L, StringComparer.Ordinal);
        foreach (EditedSentence sentence in Sentences)
        {
            if (sentence.Speaker is { } speaker)
                talk[speaker] += sentence.LengthMs;
        }

        return talk;
    }

    /// <summary>The transcript with names in place of labels, for every format.</summary>
    public Transcript ToTranscript()
    {
        Dictionary<string, string> shown = Speakers.ToDictionary(speaker => speaker.Id, speaker => speaker.Shown, StringComparer.Ordinal);
        HashSet<string> heard = [.. Sentences.Select(sentence => sentence.Speaker).OfType<string>(), .. Turns.Select(turn => turn.Speaker)];
        return _machine with
        {
            Sentences = [.. Sentences.Select(sentence => new TranscriptSentence(
                sentence.Text, sentence.StartMs, sentence.EndMs, sentence.Speaker is null ? null : shown[sentence.Speaker], sentence.Words) { Tags = sentence.Tags })],
            Speakers = [.. Speakers.Where(speaker => heard.Contains(speaker.Id)).Select(speaker => speaker.Shown).Distinct(StringComparer.Ordinal)],
            Turns = [.. Turns.Select(turn => turn with { Speaker = shown[turn.Speaker] })],
        };
    }
}
