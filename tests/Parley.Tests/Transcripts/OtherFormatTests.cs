using System.Text;
using Parley.Transcripts;
using Parley.Transcripts.Metrics;
using static Parley.Tests.Transcripts.Samples;

namespace Parley.Tests.Transcripts;

public sealed class OtherFormatTests
{
    [Fact]
    public void Txt_has_a_paragraph_for_each_turn()
        => Write(Interview, TranscriptFormat.Txt).ShouldBe("Speaker1: 你好，我们开始吧。\n\nSpeaker2: 好的。\n");

    [Fact]
    public void Txt_without_diarization_has_no_labels()
        => Write(Of(Say("Yes.", 0, 500, null), Say("I do.", 600, 900, null)), TranscriptFormat.Txt).ShouldBe("Yes. I do.\n");

    [Fact]
    public void Txt_hides_labels_on_demand()
        => Write(Interview, TranscriptFormat.Txt, Document with { ShowSpeakers = false }).ShouldBe("你好，我们开始吧。\n\n好的。\n");

    [Fact]
    public void Sentences_are_numbered_with_times_and_speaker()
        => Write(Of(Say("一。", 54_530, 55_790, "Speaker2"), Say("二。", 3_599_999, 3_600_000, null)), TranscriptFormat.Sentences)
            .ShouldBe("[1] 00:54.530 -> 00:55.790 | Speaker2\n一。\n\n[2] 59:59.999 -> 01:00:00.000\n二。\n");

    [Fact]
    public void Sentences_hide_labels_on_demand()
        => Write(Interview, TranscriptFormat.Sentences, Document with { ShowSpeakers = false }).ShouldNotContain("|");

    [Fact]
    public void Rttm_lists_the_turns()
    {
        Transcript transcript = Interview with { Turns = [new(110, 3000, "Speaker1"), new(3400, 5120, "Speaker2"), new(6000, 6000, "Speaker1"), new(-30, 40, "Sp 3")] };
        Write(transcript, TranscriptFormat.Rttm, Document with { FileName = "my talk\t2.final.wav" }).ShouldBe(
            "SPEAKER my_talk_2.final 1 0.110 2.890 <NA> <NA> Speaker1 <NA> <NA>\n"
            + "SPEAKER my_talk_2.final 1 3.400 1.720 <NA> <NA> Speaker2 <NA> <NA>\n"
            + "SPEAKER my_talk_2.final 1 0.000 0.040 <NA> <NA> Sp_3 <NA> <NA>\n");
    }

    [Fact]
    public void Rttm_of_a_file_without_a_name_is_still_rttm()
        => Write(Interview, TranscriptFormat.Rttm, Document with { FileName = "\n.wav" }).ShouldStartWith("SPEAKER recording 1 ");

    [Fact]
    public void Rttm_read_back_is_what_was_written()
    {
        foreach (Transcript transcript in new[] { Interview, HostileTranscript })
        {
            IReadOnlyList<RttmTurn> turns = RttmReader.Read(new StringReader(Write(transcript, TranscriptFormat.Rttm)), "x.rttm");
            turns.Select(turn => (turn.FileId, turn.Turn.StartMs, turn.Turn.EndMs)).ShouldBe(transcript.Turns.Select(turn => ("interview", turn.StartMs, turn.EndMs)));
        }
    }

    [Fact]
    public void Hostile_texts_take_one_line_each()
    {
        Write(HostileTranscript, TranscriptFormat.Txt).TrimEnd('\n').Split("\n\n").Length.ShouldBe(Hostile.Length);
        string[] entries = Write(HostileTranscript, TranscriptFormat.Sentences).TrimEnd('\n').Split("\n\n");
        entries.Length.ShouldBe(Hostile.Length);
        entries.ShouldAllBe(entry => entry.Split('\n', StringSplitOptions.None).Length == 2 && !entry.Replace("\n", "").Any(char.IsControl));
    }

    [Fact]
    public void Every_format_is_written_and_has_its_own_extension()
    {
        TranscriptFormat[] formats = Enum.GetValues<TranscriptFormat>();
        foreach (TranscriptFormat format in formats)
        {
            using MemoryStream file = new();
            TranscriptWriter.Write(Interview, format, Document, file);
            file.Length.ShouldBePositive();
            if (TranscriptWriter.IsText(format))
                Encoding.UTF8.GetString(file.ToArray()).ShouldBe(Write(Interview, format));
            else
                Should.Throw<ArgumentException>(() => Write(Interview, format));
        }

        formats.Select(TranscriptWriter.FileExtension).ShouldBeUnique();
        Should.Throw<ArgumentOutOfRangeException>(() => Write(Interview, (TranscriptFormat)99));
        Should.Throw<ArgumentOutOfRangeException>(() => TranscriptWriter.FileExtension((TranscriptFormat)99));
    }

    [Fact]
    public void ForFile_takes_name_and_local_time()
    {
        TranscriptDocument document = TranscriptDocument.ForFile("/recordings/会议 1.m4a", new FixedClock());
        document.FileName.ShouldBe("会议 1.m4a");
        document.CreatedAt.ShouldBe(new DateTimeOffset(2026, 1, 2, 5, 4, 5, TimeSpan.FromHours(2)));
        Write(Interview, TranscriptFormat.Json, document).ShouldContain("\"created_at\": \"2026-01-02T05:04:05.000000\"");
    }

    private sealed class FixedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(2), null, null);

        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    }
}
