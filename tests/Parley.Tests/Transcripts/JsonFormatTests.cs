using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Parley.Asr;
using Parley.Transcripts;
using Parley.Transcripts.Formats;
using static Parley.Tests.Transcripts.Samples;

namespace Parley.Tests.Transcripts;

public sealed class JsonFormatTests
{
    [Fact]
    public void Json_is_the_result_object_of_the_protocol()
        => Write(Interview, TranscriptFormat.Json, SeedsDocument).ShouldBe("""
            {"task_id":"5c1f0f0e-6f5e-4a1e-8f0b-2b7c8d1f9a10","file_name":"interview.wav","file_hash":"0f343b0931126a20f133d67c2b018a3b","duration":5.12,"segments":[{"start_time":0.11,"end_time":3,"text":"你好，我们开始吧。","speaker":"Speaker1","words":null},{"start_time":3.4,"end_time":5.12,"text":"好的。","speaker":"Speaker2","words":null}],"speakers":["Speaker1","Speaker2"],"created_at":"2025-10-11T09:31:08.120001","processing_time":1.42,"error":null,"metadata":{"engine":"funasr","diarize":true,"word_align":false,"language":null,"projected":false},"receipt":{"stages":[{"stage":"audio","model":null,"device":null,"seconds":0.01},{"stage":"asr","model":"asr","device":"cpu","seconds":1.25}],"wall_seconds":1.42,"rtf":0.1138,"bundle":"demo","notices":[]}}

            """.ReplaceLineEndings("\n"));

    [Fact]
    public void Reader_style_is_the_same_object_on_many_lines()
    {
        string indented = Write(Interview, TranscriptFormat.Json);
        indented.ShouldStartWith("{\n  \"task_id\": ");
        indented.ShouldNotContain('\r');
        using JsonDocument left = JsonDocument.Parse(indented), right = JsonDocument.Parse(Write(Interview, TranscriptFormat.Json, SeedsDocument));
        JsonElement.DeepEquals(left.RootElement, right.RootElement).ShouldBeTrue();
    }

    [Fact]
    public void Styles_differ_in_the_blank_between_English_sentences()
    {
        Transcript english = Of(Say("Yes.", 0, 500), Say("I do.", 600, 900));
        Root(english).GetProperty("segments")[0].GetProperty("text").GetString().ShouldBe("Yes. I do.");
        Root(english, SeedsDocument).GetProperty("segments")[0].GetProperty("text").GetString().ShouldBe("Yes.I do.");
    }

    [Fact]
    public void Words_come_when_asked_for()
    {
        JsonElement root = Root(Interview, Document with { IncludeWords = true });
        JsonElement word = root.GetProperty("segments")[1].GetProperty("words")[0];
        word.GetProperty("text").GetString().ShouldBe("好");
        word.GetProperty("start").GetDouble().ShouldBe(3.4);
        word.GetProperty("end").GetDouble().ShouldBe(4.26);
        word.GetProperty("confidence").GetDouble().ShouldBe(0.9);
        root.GetProperty("metadata").GetProperty("word_align").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public void Word_align_is_false_when_there_are_no_words()
        => Root(Of(new TranscriptSentence("好", 0, 1, null, [])), Document with { IncludeWords = true })
            .GetProperty("metadata").GetProperty("word_align").GetBoolean().ShouldBeFalse();

    [Fact]
    public void Document_shows_every_field()
    {
        string document = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "docs", "formats.md"));
        int start = document.IndexOf("```json\n", StringComparison.Ordinal) + "```json\n".Length;
        using JsonDocument example = JsonDocument.Parse(document[start..document.IndexOf("```", start, StringComparison.Ordinal)]);

        Keys(example.RootElement).ShouldBe(Keys(Root(Interview, Document with { IncludeWords = true })));

        static SortedSet<string> Keys(JsonElement element, string path = "") => element.ValueKind switch
        {
            JsonValueKind.Object => [.. element.EnumerateObject().SelectMany(property => Keys(property.Value, $"{path}.{property.Name}"))],
            JsonValueKind.Array when element.GetArrayLength() > 0 => [.. element.EnumerateArray().SelectMany(item => Keys(item, path + "[]"))],
            _ => [path],
        };
    }

    [Fact]
    public void Silence_has_empty_lists()
    {
        JsonElement root = Root(Of());
        root.GetProperty("segments").GetArrayLength().ShouldBe(0);
        root.GetProperty("speakers").GetArrayLength().ShouldBe(0);
        root.GetProperty("error").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void Speakers_are_sorted_as_strings()
        => Root(Of(Say("一", 0, 1, "Speaker2"), Say("二", 1, 2, "Speaker10"), Say("三", 2, 3, "Speaker1")))
            .GetProperty("speakers").EnumerateArray().Select(label => label.GetString()).ShouldBe(["Speaker1", "Speaker10", "Speaker2"]);

    [Fact]
    public void Hidden_speakers_leave_the_segments_as_they_are()
    {
        JsonElement root = Root(Interview, Document with { ShowSpeakers = false });
        root.GetProperty("segments").EnumerateArray().Select(segment => segment.GetProperty("speaker").ValueKind).ShouldBe([JsonValueKind.Null, JsonValueKind.Null]);
        root.GetProperty("speakers").GetArrayLength().ShouldBe(0);
        root.GetProperty("metadata").GetProperty("diarize").GetBoolean().ShouldBeFalse();
        root.GetProperty("metadata").GetProperty("projected").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public void Diarize_tells_whether_the_speaker_stage_ran()
    {
        Transcript silence = Of();
        Diarize(silence).ShouldBeFalse();
        Diarize(silence with { Receipt = silence.Receipt with { Stages = [new StageReceipt("speakers", "campplus", "cpu", 0)] } }).ShouldBeTrue();

        static bool Diarize(Transcript transcript) => Root(transcript).GetProperty("metadata").GetProperty("diarize").GetBoolean();
    }

    [Fact]
    public void Language_is_trimmed()
        => Root(Interview, Document with { Language = " zh " }).GetProperty("metadata").GetProperty("language").GetString().ShouldBe("zh");

    [Fact]
    public void Numbers_that_json_lacks_become_zero_or_null()
    {
        Transcript transcript = Of(new TranscriptSentence("好", 0, 1, null, [new Word("好", 0, 1, float.NaN)]));
        transcript = transcript with { Receipt = transcript.Receipt with { Rtf = double.NaN, WallSeconds = double.PositiveInfinity } };
        JsonElement root = Root(transcript, Document with { IncludeWords = true });
        root.GetProperty("receipt").GetProperty("rtf").GetDouble().ShouldBe(0);
        root.GetProperty("processing_time").GetDouble().ShouldBe(0);
        root.GetProperty("segments")[0].GetProperty("words")[0].GetProperty("confidence").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void Hostile_texts_arrive_as_they_were()
    {
        foreach (string text in Hostile)
        {
            string trimmed = text.Trim();
            string expected = string.Concat(trimmed.EnumerateRunes().Select(rune => rune.ToString()));
            Root(Of(Say(text, 0, 1000))).GetProperty("segments")[0].GetProperty("text").GetString().ShouldBe(expected);
        }

        Transcript named = HostileTranscript with { Receipt = HostileTranscript.Receipt with { Bundle = "half \uD83D", Notices = ["half \uDE00"] } };
        Root(named, Document with { FileName = "half \uD83D.wav", TaskId = "half \uD83D", Language = "half \uD83D", IncludeWords = true })
            .GetProperty("segments").GetArrayLength().ShouldBe(Hostile.Length);
    }

    [Fact]
    public void Json_read_back_is_what_was_written()
        => Prop.ForAll(Generators.Transcripts(), transcript =>
        {
            foreach (TranscriptStyle style in Enum.GetValues<TranscriptStyle>())
            {
                TranscriptDocument document = Document with { IncludeWords = true, Style = style };
                JsonTranscript read = JsonSerializer.Deserialize(Write(transcript, TranscriptFormat.Json, document), JsonFormat.Compact)!;
                JsonTranscript written = JsonFormat.From(transcript, document);
                JsonSerializer.Serialize(read, JsonFormat.Compact).ShouldBe(JsonSerializer.Serialize(written, JsonFormat.Compact));
                read.Segments.Select(segment => segment.Text).ShouldBe(written.Segments.Select(segment => segment.Text));
            }
        }).QuickCheckThrowOnFailure();

    private static JsonElement Root(Transcript transcript, TranscriptDocument? document = null)
    {
        using JsonDocument json = JsonDocument.Parse(Write(transcript, TranscriptFormat.Json, document));
        return json.RootElement.Clone();
    }
}
