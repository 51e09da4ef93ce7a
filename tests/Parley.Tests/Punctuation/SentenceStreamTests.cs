using Parley.Asr;
using Parley.Punctuation;

namespace Parley.Tests.Punctuation;

/// <summary>Who sets the marks: the recogniser, the punctuation model, or nobody; and what becomes of the recogniser's tags.</summary>
public sealed class SentenceStreamTests
{
    private static readonly SpeechTags Chinese = new() { Language = "zh", Emotion = "happy", Events = ["speech"] };
    private static readonly SpeechTags English = new() { Language = "en", Emotion = "happy", Events = ["bgm", "speech"] };

    [Fact]
    public void Marks_of_the_recogniser_end_sentences_and_so_does_a_segment()
    {
        SentenceStream stream = new(new FakePunctuation());
        IReadOnlyList<Sentence> told = stream.Push([Segment(0, Chinese, "你，", "好！", "再"), Segment(1, English, "see", "you.")], CancellationToken.None);

        told.Select(sentence => (sentence.Text, sentence.Tags)).ShouldBe([("你，", Chinese), ("好！", Chinese), ("再", Chinese), ("see you.", English)]);
        told[1].Mark.ShouldBe(PunctuationMark.Exclamation);
        stream.Complete(CancellationToken.None).ShouldBeEmpty();
        stream.UsesModel.ShouldBeFalse();
    }

    [Fact]
    public void Without_marks_and_without_a_model_each_segment_is_a_sentence()
    {
        SentenceStream stream = new(punctuation: null);
        RecognizedSegment silent = new(1, []), unmarked = Segment(0, null, "你", "好") with { Marks = null };
        stream.Push([unmarked, silent], CancellationToken.None).Select(sentence => sentence.Text).ShouldBe(["你好"]);
        stream.Complete(CancellationToken.None).ShouldBeEmpty();
    }

    [Fact]
    public void The_model_sets_the_marks_of_a_recogniser_that_writes_none_and_tags_are_those_of_most_words()
    {
        SentenceStream stream = new(new FakePunctuation());
        stream.Push([Segment(0, Chinese, "你") with { Marks = null }, Segment(1, English, "see", "you") with { Marks = null }], CancellationToken.None).ShouldBeEmpty();
        Sentence sentence = stream.Complete(CancellationToken.None).ShouldHaveSingleItem();
        (sentence.Text, stream.UsesModel).ShouldBe(("你 see you。", true));
        sentence.Tags.ShouldBe(new SpeechTags { Language = "en", Emotion = "happy", Events = ["speech", "bgm"] });
        sentence.Tags.ShouldBe(SentenceBuilder.Part(sentence, 0, 1).Tags);
    }

    [Fact]
    public void Korean_words_stand_apart_with_half_width_marks()
        => SentenceBuilder.Build([new("안녕", 0, 1, 1), new("여러분", 1, 2, 1)], [PunctuationMark.None, PunctuationMark.Question])[0].Text.ShouldBe("안녕 여러분?");

    private static RecognizedSegment Segment(int index, SpeechTags? tags, params string[] words)
    {
        string[] marks = [.. words.Select(word => word[^1] is '，' or '！' or '.' ? word[^1..] : "")];
        return new RecognizedSegment(index, [.. words.Zip(marks, (word, mark) => new Word(word[..^mark.Length], 0, 1, 1))]) { Marks = marks, Tags = tags };
    }

    /// <summary>One sentence, which ends with the text.</summary>
    private sealed class FakePunctuation : IPunctuationStream
    {
        private int _words;

        public IReadOnlyList<PunctuationMark> Push(IReadOnlyList<string> words, CancellationToken cancellationToken)
        {
            _words += words.Count;
            return [];
        }

        public IReadOnlyList<PunctuationMark> Complete(CancellationToken cancellationToken)
            => [.. Enumerable.Range(1, _words).Select(i => i == _words ? PunctuationMark.Period : PunctuationMark.None)];
    }
}
