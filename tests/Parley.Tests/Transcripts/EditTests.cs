using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Parley.Asr;
using Parley.Transcripts;
using Parley.Transcripts.Edits;

namespace Parley.Tests.Transcripts;

public sealed class EditTests
{
    private static readonly EditedTranscript Talk = EditedTranscript.Of(Samples.Of(
        Samples.Say("The meeting starts at ten.", 0, 5000),
        Samples.Say("大家好，我们开始吧。", 5000, 8000, "Speaker2"),
        Samples.Say("Well, hello.", 8000, 9000, "Speaker2")));

    [Fact]
    public void Machine_transcript_is_unchanged_without_operations()
    {
        Transcript machine = Samples.Interview;
        EditedTranscript edited = EditedTranscript.Of(machine);
        Samples.Write(edited.ToTranscript(), TranscriptFormat.Json).ShouldBe(Samples.Write(machine, TranscriptFormat.Json));
        Samples.Write(edited.ToTranscript(), TranscriptFormat.Rttm).ShouldBe(Samples.Write(machine, TranscriptFormat.Rttm));
        edited.Speakers.Select(speaker => speaker.Id).ShouldBe(["s1", "s2"]);
        edited.Sentences.Select(sentence => sentence.Id).ShouldBe(["0", "1", "2"]);
    }

    [Fact]
    public void Speakers_are_named_merged_and_split_and_every_format_says_so()
    {
        EditedTranscript named = Talk.Apply([new RenameSpeaker("s1", " 安娜 "), new AssignSpeaker(["2"], "new"), new RenameSpeaker("s3", "Bob")]);
        named.Speakers.ShouldBe([new EditedSpeaker("s1", "Speaker1", "安娜"), new EditedSpeaker("s2", "Speaker2", null), new EditedSpeaker("s3", "Speaker3", "Bob")]);
        named.TalkMs().ShouldBe(new Dictionary<string, long> { ["s1"] = 5000, ["s2"] = 3000, ["s3"] = 1000 });
        Samples.Write(named.ToTranscript(), TranscriptFormat.Txt).ShouldBe("安娜: The meeting starts at ten.\n\nSpeaker2: 大家好，我们开始吧。\n\nBob: Well, hello.\n");
        Samples.Write(named.ToTranscript(), TranscriptFormat.Rttm).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join(' ', line.Split(' ')[3..8]))
            .ShouldBe(["0.000 5.000 <NA> <NA> 安娜", "5.000 3.000 <NA> <NA> Speaker2", "8.000 1.000 <NA> <NA> Bob"]);

        EditedTranscript merged = named.Apply([new MergeSpeakers("s3", "s1"), new RenameSpeaker("s1", "")]);
        merged.Sentences.Select(sentence => sentence.Speaker).ShouldBe(["s1", "s2", "s1"]);
        merged.ToTranscript().Speakers.ShouldBe(["Speaker1", "Speaker2"]);
        merged.Apply([new AssignSpeaker(["0"], "new")]).Sentences[0].Speaker.ShouldBe("s4", "An id is never given twice.");
    }

    [Theory]
    [InlineData("The meeting begins at ten.", "The@0-1000 meeting@1000-2000 begins@2000-3000? at@3000-4000 ten@4000-5000")]
    [InlineData("THE meeting, at last, starts at half past ten", "THE@0-1000 meeting@1000-1538 at@1538-1692? last@1692-2000? starts@2000-3000 at@3000-3200 half@3200-3600? past@3600-4000? ten@4000-5000")]
    [InlineData("it's ten", "it's@0-4000? ten@4000-5000")]
    [InlineData("会议 starts at ten", "会@0-1000? 议@1000-2000? starts@2000-3000 at@3000-4000 ten@4000-5000")]
    [InlineData("", "")]
    [InlineData("?!…", "")]
    public void Words_keep_their_times_in_a_new_text(string text, string expected)
    {
        EditedSentence sentence = Talk.Apply([new EditText("0", text)]).Sentences[0];
        (sentence.Text, sentence.IsEdited).ShouldBe((text, true));
        string.Join(' ', sentence.Words.Select(word => $"{word.Text}@{word.StartMs}-{word.EndMs}{(float.IsNaN(word.Confidence) ? "?" : "")}")).ShouldBe(expected);
    }

    [Fact]
    public void Chinese_characters_are_found_again_one_by_one()
    {
        EditedSentence sentence = Talk.Apply([new EditText("1", "大伙儿好！我们开始 OK 吧。")]).Sentences[1];
        Word[] before = [.. Talk.Sentences[1].Words];
        sentence.Words.Select(word => word.Text).ShouldBe(["大", "伙", "儿", "好", "我", "们", "开", "始", "OK", "吧"]);
        sentence.Words[0].ShouldBe(before[0]);
        sentence.Words[3].ShouldBe(before[2]);
        sentence.Words[^1].ShouldBe(before[^1]);
        (sentence.Words[1].StartMs, sentence.Words[2].EndMs).ShouldBe((before[1].StartMs, before[1].EndMs));
        WordPieces.Of(sentence.Text, sentence.Words).ShouldBe(["大", "伙", "儿", "好！", "我", "们", "开", "始 ", "OK ", "吧。"]);
    }

    [Fact]
    public void Figures_are_words_with_their_signs()
        => Talk.Apply([new EditText("1", "增长3.5%和-5，3-5天，50‰ 20")]).Sentences[1].Words.Select(word => word.Text).ShouldBe(["增", "长", "3.5%", "和", "-5", "3-5", "天", "50‰", "20"]);

    [Fact]
    public void Sentences_are_split_where_a_word_begins()
    {
        EditedTranscript split = Talk.Apply([new EditText("1", "大家“好，我们”开始吧。"), new SplitSentence("1", 5), new SplitSentence("1", 2)]);
        split.Sentences.Select(sentence => (sentence.Id, sentence.Text)).ShouldBe(
            [("0", "The meeting starts at ten."), ("1", "大家"), ("1.2", "“好，我们”"), ("1.5", "开始吧。"), ("2", "Well, hello.")]);
        split.Sentences.Sum(sentence => sentence.Words.Count).ShouldBe(Talk.Sentences.Sum(sentence => sentence.Words.Count));
        split.Apply([new EditText("1", "大家 都来"), new SplitSentence("1", 2)]).Sentences.Select(sentence => sentence.Id).ShouldBe(["0", "1", "1.2-2", "1.2", "1.5", "2"]);
    }

    [Fact]
    public void Operation_that_cannot_be_done_says_why_and_changes_nothing()
    {
        (EditOperation Operation, string Says)[] cases =
        [
            (new RenameSpeaker("s9", "x"), "no speaker \"s9\""),
            (new RenameSpeaker("s1", new string('x', 101)), "longer than 100"),
            (new RenameSpeaker("s1", "a\nb"), "control character"),
            (new RenameSpeaker("s1", "half \uD83D"), "half a surrogate"),
            (new MergeSpeakers("s1", "s1"), "into itself"),
            (new AssignSpeaker([], "s1"), "empty"),
            (new AssignSpeaker(["7"], "new"), "no sentence \"7\""),
            (new EditText("0", new string('x', 10_001)), "longer than 10000"),
            (new EditText("../0\0", "x"), "no sentence \"../0\""),
            (new SplitSentence("0", 0), "words 1 to 4"),
            (new SplitSentence("0", 5), "words 1 to 4"),
        ];
        foreach ((EditOperation operation, string says) in cases)
        {
            string message = Should.Throw<EditException>(() => Talk.Apply([new RenameSpeaker("s1", "Anna"), operation])).Message;
            message.ShouldStartWith("operations[1]: ");
            message.ShouldContain(says);
        }

        Talk.Speakers[0].Name.ShouldBeNull();
    }

    [Theory]
    [InlineData("""[{"speaker":"s1","op":"rename_speaker","name":"x"}]""", null)]
    [InlineData("""[{"op":"assign_speaker","sentences":["1","2"],"speaker":"new"}]""", null)]
    [InlineData("{}", "array")]
    [InlineData("[]", "1 to 1000")]
    [InlineData("[null]", "operations[0]")]
    [InlineData("""[{"op":"rename_speaker","speaker":"s1"}]""", "operations[0]")]
    [InlineData("""[{"op":"rename_speaker","speaker":"s1","name":null}]""", "operations[0]")]
    [InlineData("""[{"op":"rename_speaker","speaker":"s1","name":"x","also":1}]""", "operations[0]")]
    [InlineData("""[{"op":"assign_speaker","sentences":[null],"speaker":"s1"}]""", "operations[0]")]
    [InlineData("""[{"op":"drop_table"}]""", "operations[0]")]
    [InlineData("""[{"speaker":"s1"}]""", "needs a member op")]
    [InlineData("""[{"op":"split_sentence","sentence":"1","word":99999999999}]""", "operations[0]")]
    public void Operations_are_read_strictly(string json, string? says)
    {
        JsonElement element = JsonDocument.Parse(json).RootElement;
        if (says is null)
            EditJson.Read(JsonDocument.Parse(EditJson.Write(EditJson.Read(element))).RootElement).Count.ShouldBe(1);
        else
            Should.Throw<EditException>(() => EditJson.Read(element)).Message.ShouldContain(says);
    }

    [Fact]
    public void Any_operations_keep_words_in_order_talk_in_sum_and_can_be_taken_back()
        => Prop.ForAll(Generators.Transcripts(), Gen.Choose(0, int.MaxValue - 1).ListOf(12).ToArbitrary(), Generators.Texts().ToArbitrary(), (machine, seeds, text) =>
        {
            List<EditedTranscript> states = [EditedTranscript.Of(machine)];
            List<EditOperation> done = [];
            foreach (int seed in seeds)
            {
                if (Pick(states[^1], seed, text) is not { } operation)
                    continue;
                states.Add(states[^1].Apply([operation]));
                done.Add(operation);
                Check(states[^1]);
            }

            for (int count = 0; count <= done.Count; count++)
                Text(EditedTranscript.Of(machine).Apply(done[..count])).ShouldBe(Text(states[count]));
        }).QuickCheckThrowOnFailure();

    private static void Check(EditedTranscript edited)
    {
        edited.TalkMs().Values.Sum().ShouldBe(edited.Sentences.Where(sentence => sentence.Speaker is not null).Sum(sentence => (long)sentence.LengthMs));
        edited.Sentences.Select(sentence => sentence.Id).ShouldBeUnique();
        edited.Speakers.Select(speaker => speaker.Id).ShouldBeUnique();
        foreach (EditedSentence sentence in edited.Sentences)
        {
            IReadOnlyList<string> pieces = WordPieces.Of(sentence.Text, sentence.Words);
            if (pieces.Count > 0)
                string.Concat(pieces).ShouldBe(sentence.Text);
            if (!sentence.IsEdited)
                continue;
            int time = sentence.StartMs;
            foreach (Word word in sentence.Words.Where(_ => sentence.EndMs >= sentence.StartMs))
            {
                word.StartMs.ShouldBeInRange(time, sentence.EndMs);
                word.EndMs.ShouldBeInRange(word.StartMs, sentence.EndMs);
                time = word.StartMs;
            }
        }
    }

    private static EditOperation? Pick(EditedTranscript edited, int seed, string text)
    {
        if (edited.Sentences.Count == 0)
            return null;
        EditedSentence sentence = edited.Sentences[seed / 7 % edited.Sentences.Count];
        string? speaker = edited.Speakers.Count == 0 ? null : edited.Speakers[seed / 11 % edited.Speakers.Count].Id;
        string clean = string.Concat(text.EnumerateRunes().Where(rune => !System.Text.Rune.IsControl(rune) && rune.Value != 0xFFFD));
        return (seed % 5) switch
        {
            0 when speaker is not null => new RenameSpeaker(speaker, clean[..Math.Min(clean.Length, 20)].TrimEnd('\uD83D')),
            1 when edited.Speakers.Count > 1 && speaker != edited.Speakers[0].Id => new MergeSpeakers(speaker!, edited.Speakers[0].Id),
            2 => new AssignSpeaker([sentence.Id, edited.Sentences[0].Id], speaker ?? "new"),
            3 => new EditText(sentence.Id, clean),
            4 when sentence.Words.Count > 1 => new SplitSentence(sentence.Id, 1 + (seed / 13 % (sentence.Words.Count - 1))),
            _ => null,
        };
    }

    private static string Text(EditedTranscript edited) => JsonSerializer.Serialize(
        new { edited.Speakers, Sentences = edited.Sentences.Select(sentence => new { sentence.Id, sentence.Text, sentence.Speaker, sentence.StartMs, sentence.EndMs, Words = sentence.Words.Select(word => word.ToString()) }), Turns = edited.ToTranscript().Turns });
}
