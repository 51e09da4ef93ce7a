using FsCheck;
using FsCheck.Fluent;
using Parley.Asr;
using Parley.Punctuation;
using static Parley.Punctuation.PunctuationMark;

namespace Parley.Tests.Punctuation;

public sealed class SentenceBuilderTests
{
    private static readonly string[] Vocabulary = ["今", "天", "hello", "PPT", "don't", "3", "x86", "café", "こ", "안", "𠀀", "%", "2024", "I"];
    private static readonly char[] MarkCharacters = [' ', ',', '.', '?', '，', '。', '？', '、'];

    [Fact]
    public void Build_closes_a_sentence_at_every_mark()
    {
        IReadOnlyList<Sentence> sentences = SentenceBuilder.Build(Words("今", "天", "好", "吗"), [None, Comma, None, Question]);
        sentences.Select(sentence => sentence.Text).ShouldBe(["今天，", "好吗？"]);
        sentences.Select(sentence => (sentence.StartMs, sentence.EndMs, sentence.Mark)).ShouldBe([(0, 180, Comma), (200, 380, Question)]);
    }

    [Theory]
    [InlineData("hello world", Period, "hello world.")]
    [InlineData("hello world", EnumerationComma, "hello world,")]
    [InlineData("我 用 Python 写", Period, "我用 Python 写。")]
    [InlineData("我 用 Python", Question, "我用 Python？")]
    [InlineData("2 0 2 4 年", Period, "2024年。")]
    [InlineData("x86 2024", Period, "x86 2024.")]
    [InlineData("10 20", Period, "10 20。")]
    [InlineData("café au lait", Comma, "café au lait,")]
    [InlineData("привет мир", Period, "привет мир.")]
    [InlineData("こ れ", Period, "これ。")]
    [InlineData("hello", None, "hello")]
    public void Build_spaces_words_by_their_script(string words, PunctuationMark mark, string expected)
    {
        Word[] list = Words(words.Split(' '));
        PunctuationMark[] marks = [.. list.Select((_, i) => i == list.Length - 1 ? mark : None)];
        SentenceBuilder.Build(list, marks).ShouldHaveSingleItem().Text.ShouldBe(expected);
    }

    [Fact]
    public void Build_keeps_words_after_the_last_mark()
    {
        IReadOnlyList<Sentence> sentences = SentenceBuilder.Build(Words("好", "的", "hello"), [None, Period, None]);
        sentences.Count.ShouldBe(2);
        sentences[1].Text.ShouldBe("hello");
        sentences[1].Mark.ShouldBe(None);
    }

    [Fact]
    public void Build_of_nothing_is_nothing() => SentenceBuilder.Build([], []).ShouldBeEmpty();

    [Fact]
    public void Build_refuses_another_number_of_marks()
        => Should.Throw<ArgumentException>(() => SentenceBuilder.Build(Words("好"), [])).Message.ShouldContain("1 words, 0 marks");

    [Fact]
    public void BuildBySegment_gives_a_sentence_without_mark_for_each_segment_with_words()
    {
        IReadOnlyList<Sentence> sentences = SentenceBuilder.BuildBySegment(
            [new RecognizedSegment(0, Words("今", "天")), new RecognizedSegment(1, []), new RecognizedSegment(2, Words("hello", "you"))]);
        sentences.Select(sentence => sentence.Text).ShouldBe(["今天", "hello you"]);
    }

    [Fact]
    public void Part_keeps_the_mark_with_the_last_word()
    {
        Sentence sentence = SentenceBuilder.Build(Words("hello", "there", "friend"), [None, None, Question]).Single();
        SentenceBuilder.Part(sentence, 0, 2).Text.ShouldBe("hello there");
        SentenceBuilder.Part(sentence, 2, 1).Text.ShouldBe("friend?");
        Should.Throw<ArgumentOutOfRangeException>(() => SentenceBuilder.Part(sentence, 2, 2));
    }

    [Fact]
    public void Sentences_hold_every_word_once_in_order_with_its_times()
    {
        Prop.ForAll(Transcripts().ToArbitrary(), transcript =>
        {
            IReadOnlyList<Sentence> sentences = SentenceBuilder.Build(transcript.Words, transcript.Marks);

            Word[] words = [.. sentences.SelectMany(sentence => sentence.Words)];
            words.Length.ShouldBe(transcript.Words.Count);
            words.Zip(transcript.Words).ShouldAllBe(pair => ReferenceEquals(pair.First, pair.Second));
            sentences.ShouldAllBe(sentence => sentence.Words.Count > 0 && sentence.StartMs <= sentence.EndMs);
            sentences.Zip(sentences.Skip(1)).ShouldAllBe(pair => pair.First.EndMs <= pair.Second.StartMs);
            sentences.ShouldAllBe(sentence => sentence.Text == sentence.Text.Trim());
            foreach (Sentence sentence in sentences)
                Bare(sentence.Text).ShouldBe(Bare(string.Concat(sentence.Words.Select(word => word.Text))));
            sentences.SkipLast(1).ShouldAllBe(sentence => sentence.Mark != None);
        }).QuickCheckThrowOnFailure();
    }

    private static string Bare(string text) => string.Concat(text.Where(character => !MarkCharacters.Contains(character)));

    private static Gen<(IReadOnlyList<Word> Words, IReadOnlyList<PunctuationMark> Marks)> Transcripts()
        => from items in (from text in Gen.Elements(Vocabulary)
                          from gap in Gen.Choose(0, 900)
                          from length in Gen.Choose(0, 300)
                          from mark in Gen.Elements(None, None, None, Comma, Period, Question, EnumerationComma)
                          select (text, gap, length, mark)).ListOf()
           select Lay(items);

    private static (IReadOnlyList<Word> Words, IReadOnlyList<PunctuationMark> Marks) Lay(IEnumerable<(string Text, int Gap, int Length, PunctuationMark Mark)> items)
    {
        List<Word> words = [];
        List<PunctuationMark> marks = [];
        int now = 0;
        foreach ((string text, int gap, int length, PunctuationMark mark) in items)
        {
            words.Add(new Word(text, now + gap, now + gap + length, 1));
            marks.Add(mark);
            now += gap + length;
        }

        return (words, marks);
    }

    private static Word[] Words(params string[] texts) => [.. texts.Select((text, i) => new Word(text, i * 100, (i * 100) + 80, 1))];
}
