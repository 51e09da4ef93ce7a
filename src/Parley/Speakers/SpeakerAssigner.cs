using Parley.Asr;
using Parley.Punctuation;

namespace Parley.Speakers;

/// <summary>Says who said which sentence.</summary>
public static class SpeakerAssigner
{
    /// <summary>Gives every sentence the speaker whose turns it overlaps most; without overlap that of the closest turn. Of equals the earlier.</summary>
    /// <param name="sentences">Sentences in time order.</param>
    /// <param name="turns">Turns in time order, never overlapping.</param>
    /// <param name="options">Whether sentences may be cut, and the reference's rule.</param>
    /// <returns>The sentences in order, cut ones as several; all words stay, in order.</returns>
    public static IReadOnlyList<SpeakerSentence> Assign(
        IReadOnlyList<Sentence> sentences, IReadOnlyList<SpeakerTurn> turns, SpeakerAssignmentOptions options)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        ArgumentNullException.ThrowIfNull(turns);
        ArgumentNullException.ThrowIfNull(options);
        if (options.ReferenceCompatible)
            return [.. sentences.Select(sentence => new SpeakerSentence(sentence, AsReference(sentence.StartMs, sentence.EndMs, turns)))];
        if (turns.Count == 0)
            return [.. sentences.Select(sentence => new SpeakerSentence(sentence, null))];

        TurnIndex index = new(turns);
        List<SpeakerSentence> assigned = [];
        foreach (Sentence sentence in sentences)
        {
            if (options.SplitAtTurns)
                Split(sentence, index, options.MinPartSeconds * 1000, assigned);
            else
                assigned.Add(new SpeakerSentence(sentence, index.MostOverlapped(sentence.StartMs, sentence.EndMs)));
        }

        return assigned;
    }

    /// <summary>The reference's rule for one sentence, faults included.</summary>
    internal static int AsReference(int startMs, int endMs, IReadOnlyList<SpeakerTurn> turns)
    {
        int speaker = 0;
        double lead = 0;
        foreach (SpeakerTurn turn in turns)
        {
            double overlap = Math.Max(Math.Min(endMs, turn.EndSeconds * 1000) - Math.Max(startMs, turn.StartSeconds * 1000), 0);
            if (overlap > lead)
                (speaker, lead) = (turn.Speaker, overlap);
            if (overlap > 0 && speaker == turn.Speaker)
                lead += overlap;
        }

        return speaker;
    }

    private static void Split(Sentence sentence, TurnIndex index, double minPartMs, List<SpeakerSentence> assigned)
    {
        List<Part> parts = Parts(sentence.Words, index);
        while (parts.Count > 1)
        {
            // The part with the least time with its own speaker goes first.
            int weakest = Enumerable.Range(0, parts.Count).MinBy(i => SharedMs(sentence, parts[i], index));
            if (SharedMs(sentence, parts[weakest], index) >= minPartMs)
                break;
            Absorb(sentence, parts, weakest, index);
        }

        if (parts.Count == 1)
            assigned.Add(new SpeakerSentence(sentence, index.MostOverlapped(sentence.StartMs, sentence.EndMs)));
        else
            assigned.AddRange(parts.Select(part => new SpeakerSentence(SentenceBuilder.Part(sentence, part.Start, part.Count), part.Speaker)));
    }

    private static List<Part> Parts(IReadOnlyList<Word> words, TurnIndex index)
    {
        List<Part> parts = [];
        for (int i = 0; i < words.Count; i++)
        {
            int speaker = index.MostOverlapped(words[i].StartMs, words[i].EndMs);
            if (parts.Count > 0 && parts[^1].Speaker == speaker)
                parts[^1] = parts[^1] with { Count = parts[^1].Count + 1 };
            else
                parts.Add(new Part(i, 1, speaker));
        }

        return parts;
    }

    private static void Absorb(Sentence sentence, List<Part> parts, int weakest, TurnIndex index)
    {
        bool left = weakest > 0
            && (weakest == parts.Count - 1 || SharedMs(sentence, parts[weakest - 1], index) >= SharedMs(sentence, parts[weakest + 1], index));
        parts[weakest] = parts[weakest] with { Speaker = parts[left ? weakest - 1 : weakest + 1].Speaker };
        for (int i = parts.Count - 1; i > 0; i--)
        {
            if (parts[i].Speaker != parts[i - 1].Speaker)
                continue;
            parts[i - 1] = parts[i - 1] with { Count = parts[i - 1].Count + parts[i].Count };
            parts.RemoveAt(i);
        }
    }

    private static double SharedMs(Sentence sentence, Part part, TurnIndex index)
        => index.OverlapMs(sentence.Words[part.Start].StartMs, sentence.Words[part.Start + part.Count - 1].EndMs, part.Speaker);

    private readonly record struct Part(int Start, int Count, int Speaker);
}
