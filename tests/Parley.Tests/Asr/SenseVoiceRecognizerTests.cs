using Parley.Asr;
using Parley.Features;
using Parley.Inference;
using Parley.Models;

namespace Parley.Tests.Asr;

/// <summary>SenseVoice on tiny networks whose scores are read off the features.</summary>
public sealed class SenseVoiceRecognizerTests
{
    private const int Blank = 0, Ni = 3, Hao = 4, Hel = 5, Lo = 6, Period = 7;

    private static readonly string[] Tokens =
        ["<unk>", "<s>", "</s>", "你", "好", "▁hel", "lo", "。", "，", "<|zh|>", "<|en|>", "<|nospeech|>", "<|NEUTRAL|>", "<|Speech|>", "<|withitn|>", "<|woitn|>"];

    [Theory]
    [InlineData("sensevoice")]
    [InlineData("sensevoice-int64")]
    public void Words_marks_times_and_tags_come_out(string model)
    {
        using SenseVoiceRecognizer recognizer = Load(model);
        SpeechSegment segment = Segment(7, 1000, Blank, Ni, Ni, Blank, Hao, Period, Hel, Lo, Blank);

        RecognizedSegment result = recognizer.Recognize([segment], new RecognitionWish { Itn = true }, CancellationToken.None).ShouldHaveSingleItem();

        (result.Index, result.Fault).ShouldBe((7, null));
        result.Words.Select(word => (word.Text, word.StartMs, word.EndMs)).ShouldBe([("你", 1030, 1150), ("好", 1210, 1270), ("hello", 1330, 1450)]);
        result.Words.ShouldAllBe(word => word.Confidence > 0.5f && word.Confidence < 1);
        result.Marks.ShouldBe(["", "。", ""]);
        result.Tags.ShouldBe(new SpeechTags { Language = "zh", Emotion = "neutral", Events = ["speech"] });
    }

    [Theory]
    [InlineData(null, "zh")]
    [InlineData("en", "en")]
    [InlineData("EN-us", "en")]
    [InlineData("de", "zh")] // a language that the model does not know: it finds out for itself
    [InlineData("nospeech", null)]
    public void The_language_of_the_wish_becomes_the_prompt(string? language, string? heard)
    {
        using SenseVoiceRecognizer recognizer = Load();
        RecognizedSegment result = recognizer.Recognize([Segment(0, 0, Ni)], new RecognitionWish { Language = language }, CancellationToken.None)[0];
        result.Tags!.Language.ShouldBe(heard);
    }

    [Theory]
    [InlineData("zh-CN", "zh")]
    [InlineData("zh-Hant-HK", "yue")]
    [InlineData("yue", "yue")]
    [InlineData("JA", "ja")]
    [InlineData("", "auto")]
    [InlineData(null, "auto")]
    [InlineData("klingon", "auto")]
    public void Language_tags_mean_one_of_the_models_languages(string? tag, string expected) => PromptLanguage.Of(tag).ShouldBe(expected);

    [Fact]
    public void Without_inverse_text_normalisation_there_are_no_marks_unless_nobody_else_sets_them()
    {
        using SenseVoiceRecognizer plain = Load(), alone = Load(alwaysMarks: true);
        plain.Recognize([Segment(0, 0, Ni, Period)], RecognitionWish.None, CancellationToken.None)[0].Marks.ShouldBeNull();
        alone.Recognize([Segment(0, 0, Ni, Period)], RecognitionWish.None, CancellationToken.None)[0].Marks.ShouldBe(["。"]);
    }

    [Fact]
    public void A_batch_gives_what_its_segments_give_alone()
    {
        SpeechSegment[] batch = [Segment(2, 0, Ni, Blank, Ni, Hao), Segment(0, 5000, Hel), Segment(1, 9000, Blank)];
        using SenseVoiceRecognizer recognizer = Load();

        IReadOnlyList<RecognizedSegment> together = recognizer.Recognize(batch, RecognitionWish.None, CancellationToken.None);

        for (int i = 0; i < batch.Length; i++)
        {
            RecognizedSegment alone = recognizer.Recognize([batch[i]], RecognitionWish.None, CancellationToken.None)[0];
            (together[i].Index, together[i].Tags).ShouldBe((batch[i].Index, alone.Tags));
            together[i].Words.ShouldBe(alone.Words);
        }

        together[2].Words.ShouldBeEmpty();
    }

    [Fact]
    public void Scores_that_are_no_numbers_empty_their_segment_only()
    {
        using SenseVoiceRecognizer recognizer = Load();
        IReadOnlyList<RecognizedSegment> results = recognizer.Recognize([Segment(4, 2000, Ni, -1, Ni), Segment(5, 5000, Hao)], RecognitionWish.None, CancellationToken.None);
        results[0].Words.ShouldBeEmpty();
        results[0].Fault.ShouldNotBeNull().ShouldContain("segment 4 (2000 to 2180 ms)");
        results[1].Words.ShouldHaveSingleItem().Text.ShouldBe("好");
        recognizer.FaultySegments.ShouldBe(1);
    }

    [Fact]
    public void Networks_and_vocabularies_of_other_models_are_refused_with_what_to_do()
    {
        Should.Throw<ModelFileException>(() => Load("asr")).Message.ShouldContain("Put files of one model together");
        Should.Throw<ModelFileException>(() => Load(tokens: [.. Enumerable.Range(0, 16).Select(i => $"t{i}")])).Message.ShouldContain("not the vocabulary of a SenseVoice network");
        Should.Throw<ModelFileException>(() => Load(tokens: Tokens[..15])).Message.ShouldContain("15 tokens");
        Should.Throw<ModelFileException>(() => TinyAsr.Load("sensevoice")).Message.ShouldContain("SenseVoice");
    }

    private static SenseVoiceRecognizer Load(string model = "sensevoice", bool alwaysMarks = false, IReadOnlyList<string>? tokens = null)
    {
        ModelSession session = TinyAsr.Session(model);
        try
        {
            return new SenseVoiceRecognizer(session, new Cmvn(new float[560], [.. Enumerable.Repeat(1f, 560)]), new Vocabulary(tokens ?? Tokens, "tokens.json"), alwaysMarks);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static SpeechSegment Segment(int index, int startMs, params int[] classes)
        => TinyAsr.Segment(index, startMs, [.. classes.Select(value => new TinyRow(value, false, 0, 0))]);
}
