using FsCheck;
using FsCheck.Fluent;
using Parley.Transcripts;
using Parley.Transcripts.Cues;
using static Parley.Tests.Transcripts.Samples;
using static Parley.Tests.Transcripts.SubtitleParser;

namespace Parley.Tests.Transcripts;

public sealed class SubtitleTests
{
    [Fact]
    public void Seeds_srt_has_one_cue_for_each_sentence()
        => Write(Interview, TranscriptFormat.Srt, SeedsDocument).ShouldBe(
            "1\n00:00:00,110 --> 00:00:01,130\nSpeaker1:你好，\n\n"
            + "2\n00:00:01,200 --> 00:00:03,000\nSpeaker1:我们开始吧。\n\n"
            + "3\n00:00:03,400 --> 00:00:05,120\nSpeaker2:好的。\n");

    [Fact]
    public void Seeds_srt_numbers_kept_sentences_only()
        => Srt(Write(Of(Say("一", 0, 1000), Say(" ", 1000, 2000), Say("二", 2000, 3_723_004)), TranscriptFormat.Srt, SeedsDocument))
            .Select(cue => (cue.EndMs, cue.Lines[0])).ShouldBe([(1000L, "Speaker1:一"), (3_723_004L, "Speaker1:二")]);

    [Fact]
    public void Seeds_srt_without_labels_has_no_colon()
        => Srt(Write(Of(Say("一", 0, 1000, null), Say("二", 1000, 2000, null)), TranscriptFormat.Srt, SeedsDocument))
            .Select(cue => cue.Lines[0]).ShouldBe(["一", "二"]);

    [Fact]
    public void Seeds_srt_with_hidden_speakers_shows_segments()
        => Srt(Write(Interview, TranscriptFormat.Srt, SeedsDocument with { ShowSpeakers = false }))
            .Select(cue => (cue.StartMs, cue.EndMs, cue.Lines[0])).ShouldBe([(110L, 3000L, "你好，我们开始吧。"), (3400L, 5120L, "好的。")]);

    [Fact]
    public void Reader_srt_joins_short_sentences_and_labels_turns()
        => Write(Interview, TranscriptFormat.Srt).ShouldBe(
            "1\n00:00:00,110 --> 00:00:03,000\nSpeaker1: 你好，我们开始吧。\n\n"
            + "2\n00:00:03,400 --> 00:00:05,120\nSpeaker2: 好的。\n");

    [Fact]
    public void Reader_srt_hides_labels_on_demand()
        => Write(Interview, TranscriptFormat.Srt, Document with { ShowSpeakers = false }).ShouldNotContain("Speaker");

    [Fact]
    public void Vtt_marks_the_voice_in_each_cue()
        => Write(Of(Say("你好，", 110, 1130), Say("A < B & C > D.", 4000, 5000, "Speaker2"), Say("好。", 9000, 9900, null)), TranscriptFormat.Vtt).ShouldBe(
            "WEBVTT\n\n00:00:00.110 --> 00:00:01.130\n<v Speaker1>你好，\n"
            + "\n00:00:04.000 --> 00:00:05.000\n<v Speaker2>A &lt; B &amp; C &gt; D.\n"
            + "\n00:00:09.000 --> 00:00:10.000\n好。\n");

    [Fact]
    public void Vtt_hides_voices_on_demand()
        => Write(Interview, TranscriptFormat.Vtt, Document with { ShowSpeakers = false }).ShouldNotContain("<v");

    [Fact]
    public void Silence_is_an_empty_srt_and_a_vtt_without_cues()
    {
        Write(Of(), TranscriptFormat.Srt).ShouldBe("");
        Write(Of(), TranscriptFormat.Srt, SeedsDocument).ShouldBe("");
        Write(Of(), TranscriptFormat.Vtt).ShouldBe("WEBVTT\n");
    }

    [Fact]
    public void Long_Chinese_sentence_splits_at_word_times()
    {
        // 60 characters of 2 columns in 12 s: more than two lines of 42, and more than 7 s.
        string text = string.Concat(Enumerable.Range(0, 60).Select(i => (char)('一' + i)));
        List<Cue> cues = CueBuilder.Build([Say(text, 0, 12_000)], labelTurns: false);

        cues.Select(cue => (cue.StartMs, cue.EndMs)).ShouldBe([(0, 6000), (6000, 12_000)]);
        string.Concat(cues.SelectMany(cue => cue.Lines)).ShouldBe(text);
        cues.ShouldAllBe(cue => cue.Lines.Count == 2);
    }

    [Fact]
    public void Long_English_sentence_breaks_at_blanks_and_prefers_marks()
    {
        const string Text = "We met in the small town by the river, and nobody there remembered the old bridge any more.";
        Cue[] cues = [.. CueBuilder.Build([Say(Text, 0, 6000)], labelTurns: false)];

        cues.SelectMany(cue => cue.Lines).ShouldBe(
            ["We met in the small town by the river,", "and nobody there remembered", "the old bridge any more."], Case.Sensitive);
        cues.Select(cue => cue.Lines.Count).ShouldBe([1, 2]);
    }

    [Fact]
    public void Full_width_mark_at_the_end_of_a_line_may_stand_beyond_it()
        => CueBuilder.Build([Say("大家晚上好欢迎来到我们的节目现在就开始了呀，", 0, 4000), Say("今天我们请到了一位工程师。", 4000, 6000)], labelTurns: false)
            .Single().Lines.ShouldBe(["大家晚上好欢迎来到我们的节目现在就开始了呀，", "今天我们请到了一位工程师。"]);

    [Fact]
    public void Speakers_and_long_pauses_separate_cues()
        => CueBuilder.Build([Say("一。", 0, 500), Say("二。", 600, 900), Say("三。", 1000, 1500, "Speaker2"), Say("四。", 2501, 3000, "Speaker2")], labelTurns: true)
            .Select(cue => cue.Lines.Single()).ShouldBe(["Speaker1: 一。二。", "Speaker2: 三。", "四。"]);

    [Fact]
    public void Short_cue_lingers_when_there_is_room()
        => CueBuilder.Build([Say("一。", 0, 200), Say("二。", 5000, 5200), Say("三。", 5300, 5400, "Speaker2")], labelTurns: false)
            .Select(cue => (cue.StartMs, cue.EndMs)).ShouldBe([(0, 1000), (5000, 5300), (5300, 6300)]);

    [Fact]
    public void Marks_stay_with_their_word()
    {
        const string Text = "他说“今天下午三点我们在会议室开会”，大家都同意（除了老王），于是会议就这样决定下来了。";
        foreach (string line in CueBuilder.Build([Say(Text, 0, 9000)], labelTurns: false).SelectMany(cue => cue.Lines))
        {
            "”，）。".ShouldNotContain(line[0]);
            "“（".ShouldNotContain(line[^1]);
        }
    }

    [Fact]
    public void Sentence_without_words_is_split_in_proportion()
        => CueBuilder.Build([Say(new string('好', 60), 0, 12_000) with { Words = [] }], labelTurns: false)
            .Select(cue => (cue.StartMs, cue.EndMs)).ShouldBe([(0, 6000), (6000, 12_000)]);

    [Fact]
    public void Hostile_texts_break_neither_srt_nor_vtt()
    {
        foreach (TranscriptDocument document in new[] { Document, SeedsDocument, Document with { ShowSpeakers = false } })
        {
            Srt(Write(HostileTranscript, TranscriptFormat.Srt, document)).Count.ShouldBeGreaterThanOrEqualTo(Hostile.Length);
            List<ParsedCue> cues = Vtt(Write(HostileTranscript, TranscriptFormat.Vtt, document));
            cues.Count.ShouldBeGreaterThanOrEqualTo(Hostile.Length);
            foreach (string line in cues.SelectMany(cue => cue.Lines))
                (line.StartsWith("<v ", StringComparison.Ordinal) ? line[(line.IndexOf('>') + 1)..] : line).ShouldNotContain('<');
        }
    }

    [Fact]
    public void Reader_cues_are_ordered_apart_and_narrow()
        => Prop.ForAll(Generators.Transcripts(), transcript =>
        {
            foreach (TranscriptFormat format in new[] { TranscriptFormat.Srt, TranscriptFormat.Vtt })
            {
                string text = Write(transcript, format, Document with { ShowSpeakers = format == TranscriptFormat.Srt });
                List<ParsedCue> cues = format == TranscriptFormat.Srt ? Srt(text) : Vtt(text);
                long previous = 0;
                foreach (ParsedCue cue in cues)
                {
                    cue.StartMs.ShouldBeGreaterThanOrEqualTo(previous);
                    cue.EndMs.ShouldBeGreaterThan(cue.StartMs);
                    cue.Lines.Length.ShouldBeLessThanOrEqualTo(2);
                    if (format == TranscriptFormat.Srt)
                        cue.Lines.Max(line => DisplayWidth.Of(line.TrimEnd([.. "，。？！、；："]))).ShouldBeLessThanOrEqualTo(CueBuilder.MaxColumns);
                    previous = cue.EndMs;
                }
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Reader_cues_lose_no_character()
        => Prop.ForAll(Generators.Texts(120).ToArbitrary(), text =>
        {
            TranscriptSentence sentence = Say(text, 0, 20_000, null);
            string cues = string.Concat(CueBuilder.Build([sentence], labelTurns: true).SelectMany(cue => cue.Lines));
            cues.Replace(" ", "").ShouldBe(CleanText.OneLine(text).Replace(" ", ""));
        }).QuickCheckThrowOnFailure();
}
