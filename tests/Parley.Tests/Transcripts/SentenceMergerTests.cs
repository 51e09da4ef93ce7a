using Parley.Transcripts;
using static Parley.Tests.Transcripts.Samples;

namespace Parley.Tests.Transcripts;

public sealed class SentenceMergerTests
{
    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(1134, 1.13)]
    [InlineData(1136, 1.14)]
    [InlineData(125, 0.12)] // exact ties go to the even digit
    [InlineData(375, 0.38)]
    [InlineData(2675, 2.67)] // 2.675 as a double is a hair below
    [InlineData(1005, 1.0)]
    [InlineData(1115, 1.11)] // and 1.115 is 1.115 - 9e-17
    [InlineData(1015, 1.01)]
    [InlineData(1025, 1.02)]
    [InlineData(1045, 1.04)]
    [InlineData(35, 0.04)] // 0.035 is a hair above
    [InlineData(-30, -0.03)]
    [InlineData(-125, -0.12)]
    public void Times_are_rounded_as_Python_does(int milliseconds, double seconds)
        => SentenceMerger.Merge([Say("一", milliseconds, milliseconds)], spaceOut: false).Single().StartSeconds.ShouldBe(seconds);

    [Fact]
    public void Same_speaker_within_three_seconds_is_one_segment()
    {
        List<TranscriptSegment> segments = SentenceMerger.Merge(Interview.Sentences, spaceOut: false);

        segments.Select(segment => (segment.StartSeconds, segment.EndSeconds, segment.Text, segment.Speaker)).ShouldBe(
        [
            (0.11, 3.0, "你好，我们开始吧。", "Speaker1"),
            (3.4, 5.12, "好的。", "Speaker2"),
        ]);
        segments[0].Words.Select(word => word.Text).ShouldBe(["你", "好", "我", "们", "开", "始", "吧"]);
    }

    [Theory]
    [InlineData(1000, 4000, 2)] // exactly 3 s does not merge
    [InlineData(1000, 3994, 1)] // 3.99 - 1.00
    [InlineData(1000, 3996, 2)] // 4.00 after rounding
    [InlineData(2100, 5100, 1)] // 5.1 - 2.1 is 2.9999999999999996 in doubles
    [InlineData(4000, 2000, 1)] // overlap
    public void Gap_is_taken_between_rounded_times(int end, int start, int segments)
        => SentenceMerger.Merge([Say("一", 0, end), Say("二", start, 9000)], spaceOut: false).Count.ShouldBe(segments);

    [Fact]
    public void End_is_that_of_the_last_sentence_even_when_it_is_earlier()
        => SentenceMerger.Merge([Say("一", 0, 5000), Say("二", 1000, 2000)], spaceOut: false).Single().EndSeconds.ShouldBe(2.0);

    [Fact]
    public void Sentences_without_text_vanish()
        => SentenceMerger.Merge([Say("一", 0, 900), Say(" \t", 1000, 2000, "Speaker2"), Say(" 二 ", 3000, 4000)], spaceOut: false)
            .Single().Text.ShouldBe("一二");

    [Fact]
    public void Without_labels_only_pauses_separate()
        => SentenceMerger.Merge([Say("一", 0, 900, null), Say("二", 1000, 2000, null), Say("三", 6000, 7000, null)], spaceOut: false)
            .Select(segment => segment.Text).ShouldBe(["一二", "三"]);

    [Theory]
    [InlineData("Yes.", "I do.", "Yes. I do.", "Yes.I do.")]
    [InlineData("好的。", "Yes.", "好的。Yes.", "好的。Yes.")]
    [InlineData("Yes.", "好的。", "Yes.好的。", "Yes.好的。")]
    public void Blank_stands_only_between_narrow_texts(string first, string second, string spaced, string plain)
    {
        TranscriptSentence[] sentences = [Say(first, 0, 900), Say(second, 1000, 2000)];
        SentenceMerger.Merge(sentences, spaceOut: true).Single().Text.ShouldBe(spaced);
        SentenceMerger.Merge(sentences, spaceOut: false).Single().Text.ShouldBe(plain);
    }
}
