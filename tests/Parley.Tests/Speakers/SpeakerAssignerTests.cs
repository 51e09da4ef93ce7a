using FsCheck;
using FsCheck.Fluent;
using Parley.Asr;
using Parley.Punctuation;
using Parley.Speakers;

namespace Parley.Tests.Speakers;

public sealed class SpeakerAssignerTests
{
    private static readonly SpeakerAssignmentOptions Whole = new() { SplitAtTurns = false };

    [Fact]
    public void Assign_takes_the_largest_total_overlap()
    {
        SpeakerTurn[] turns = [new(0, 2, 0), new(2, 5, 1)];
        Sentence sentence = Sentence(1000, 3900);
        SpeakerAssigner.Assign([sentence], turns, Whole).Single().Speaker.ShouldBe(1);
        // The reference wants more than twice as much.
        SpeakerAssigner.Assign([sentence], turns, new SpeakerAssignmentOptions { ReferenceCompatible = true }).Single().Speaker.ShouldBe(0);
    }

    [Fact]
    public void Assign_adds_up_the_turns_of_a_speaker()
        => SpeakerAssigner.Assign([Sentence(0, 4500)], [new(0, 1, 0), new(1, 2.5, 1), new(2.5, 3.5, 0)], Whole).Single().Speaker.ShouldBe(0);

    [Theory]
    [InlineData(0, 500, 0)]
    [InlineData(2100, 2300, 0)]
    [InlineData(3600, 3800, 1)]
    [InlineData(9000, 9500, 2)]
    [InlineData(4500, 4500, 1)]
    public void Assign_goes_to_the_closest_turn_without_overlap(int start, int end, int expected)
        => SpeakerAssigner.Assign([Sentence(start, end)], [new(1, 2, 0), new(4, 5, 1), new(6, 7, 2)], Whole).Single().Speaker.ShouldBe(expected);

    [Fact]
    public void Assign_without_turns_names_nobody_unless_compatible()
    {
        SpeakerAssigner.Assign([Sentence(0, 500)], [], new SpeakerAssignmentOptions()).Single().Speaker.ShouldBeNull();
        SpeakerAssigner.Assign([Sentence(0, 500)], [], new SpeakerAssignmentOptions { ReferenceCompatible = true }).Single().Speaker.ShouldBe(0);
    }

    [Fact]
    public void Assign_cuts_a_sentence_at_a_clear_turn_change()
    {
        Sentence sentence = SentenceBuilder.Build(Words(0, 250, "do", "you", "agree", "yes", "I", "really", "do"), [.. Enumerable.Repeat(PunctuationMark.None, 6), PunctuationMark.Period]).Single();
        IReadOnlyList<SpeakerSentence> parts = SpeakerAssigner.Assign([sentence], [new(0, 0.75, 0), new(0.75, 3, 1)], new SpeakerAssignmentOptions());
        parts.Select(part => (part.Sentence.Text, part.Speaker)).ShouldBe([("do you agree", 0), ("yes I really do.", 1)]);

        SpeakerAssigner.Assign([sentence], [new(0, 0.75, 0), new(0.75, 3, 1)], Whole).ShouldHaveSingleItem().Speaker.ShouldBe(1);
        SpeakerAssigner.Assign([sentence], [new(0, 0.75, 0), new(0.75, 3, 1)], new SpeakerAssignmentOptions { MinPartSeconds = 0.8 }).ShouldHaveSingleItem();
    }

    [Fact]
    public void Assign_keeps_a_sentence_whole_when_a_part_would_be_short()
    {
        Sentence sentence = SentenceBuilder.Build(Words(0, 250, "a", "b", "c", "d", "e", "f"), [.. Enumerable.Repeat(PunctuationMark.None, 5), PunctuationMark.Period]).Single();
        // A boundary half a second off must not tear the last words away, nor must a short turn in the middle.
        SpeakerAssigner.Assign([sentence], [new(0, 1, 0), new(1, 3, 1)], new SpeakerAssignmentOptions()).ShouldHaveSingleItem().Speaker.ShouldBe(0);
        SpeakerAssigner.Assign([sentence], [new(0, 0.5, 0), new(0.5, 1, 1), new(1, 3, 0)], new SpeakerAssignmentOptions()).ShouldHaveSingleItem().Speaker.ShouldBe(0);
    }

    [Fact]
    public void Assign_keeps_all_words_in_order_and_agrees_with_a_plain_sum()
    {
        Prop.ForAll(Recordings().ToArbitrary(), recording =>
        {
            (IReadOnlyList<Sentence> sentences, SpeakerTurn[] turns) = recording;
            IReadOnlyList<SpeakerSentence> cut = SpeakerAssigner.Assign(sentences, turns, new SpeakerAssignmentOptions());
            cut.SelectMany(item => item.Sentence.Words).ShouldBe(sentences.SelectMany(item => item.Words));

            IReadOnlyList<SpeakerSentence> whole = SpeakerAssigner.Assign(sentences, turns, Whole);
            whole.Select(item => item.Sentence).ShouldBe(sentences);
            foreach (SpeakerSentence item in whole)
                item.Speaker.ShouldBe(PlainSum(item.Sentence, turns) ?? item.Speaker);
        }).QuickCheckThrowOnFailure();
    }

    // Sums over all turns; null when there is no overlap, or no single best.
    private static int? PlainSum(Sentence sentence, SpeakerTurn[] turns)
    {
        var sums = turns.GroupBy(turn => turn.Speaker)
            .Select(group => (Speaker: group.Key, Sum: group.Sum(turn => Math.Max(0, Math.Min(sentence.EndMs, turn.EndSeconds * 1000) - Math.Max(sentence.StartMs, turn.StartSeconds * 1000)))))
            .OrderByDescending(pair => pair.Sum).ToArray();
        if (sums.Length == 0 || sums[0].Sum <= 0 || (sums.Length > 1 && sums[0].Sum - sums[1].Sum < 1e-6))
            return null;
        return sums[0].Speaker;
    }

    private static Gen<(IReadOnlyList<Sentence> Sentences, SpeakerTurn[] Turns)> Recordings()
        => from marks in Gen.Elements(PunctuationMark.None, PunctuationMark.None, PunctuationMark.Comma, PunctuationMark.Period).ArrayOf()
           from step in Gen.Choose(50, 600)
           from lengths in (from gap in Gen.Choose(0, 100) from length in Gen.Choose(1, 400) from speaker in Gen.Choose(0, 2) select (gap, length, speaker)).ArrayOf()
           select (SentenceBuilder.Build(Words(100, step, [.. marks.Select((_, i) => $"w{i}")]), marks), Lay(lengths));

    private static SpeakerTurn[] Lay((int Gap, int Length, int Speaker)[] lengths)
    {
        List<SpeakerTurn> turns = [];
        int now = 0;
        foreach ((int gap, int length, int speaker) in lengths)
        {
            turns.Add(new SpeakerTurn((now + gap) / 100.0, (now + gap + length) / 100.0, speaker));
            now += gap + length;
        }

        return [.. turns];
    }

    private static Sentence Sentence(int start, int end) => new("好。", [new Word("好", start, end, 1)], PunctuationMark.Period);

    private static Word[] Words(int start, int step, params string[] texts) => [.. texts.Select((text, i) => new Word(text, start + (i * step), start + ((i + 1) * step), 1))];
}
