using System.Text.Json;
using Parley.Asr;
using Parley.Punctuation;
using Parley.Speakers;
using Parley.Tests.Punctuation;

namespace Parley.Tests.Speakers;

/// <summary>From recognised segments and embeddings to sentences with speakers: every step that the reference data records.</summary>
[Trait("Group", "golden")]
public sealed class ChainGoldenTests
{
    private static readonly string[] Separators = [" "];

    [Theory]
    [InlineData(PunctuationCompatibility.FunAsr143)]
    [InlineData(PunctuationCompatibility.FunAsr127)]
    public void Marks_text_and_sentences_match_the_reference(PunctuationCompatibility version)
    {
        int cases = 0, sentences = 0;
        foreach (ChainCase golden in ChainCase.LoadAll().Where(item => item.Has("punctuation_input", version)))
        {
            List<string> tokens = [];
            PunctuationTokenizer.Split(golden.Expected("punctuation_input", version).GetString()!, tokens);
            List<string> tokensOfWords = [];
            golden.Words.ForEach(word => PunctuationTokenizer.Split(word.Text, tokensOfWords));
            tokensOfWords.ShouldBe(tokens, golden.Id);

            (string text, int[] marks) = PunctuatedText.Render(tokens, golden.Decode(tokens.Count, version), version);
            marks.ShouldBe(SpeakerGolden.Ints(golden.Expected("punc_array", version)), golden.Id);
            JsonElement result = golden.Expected("result", version);
            text.ShouldBe(result.GetProperty("text").GetString(), golden.Id);
            golden.Words.Select(word => (word.StartMs, word.EndMs))
                .ShouldBe(result.GetProperty("timestamp").EnumerateArray().Select(item => (item[0].GetInt32(), item[1].GetInt32())), golden.Id);
            if (result.TryGetProperty("raw_text", out JsonElement raw))
                Words(raw.GetString()!).ShouldBe(golden.Words.Select(word => word.Text), golden.Id);

            if (result.TryGetProperty("sentence_info", out JsonElement info))
                sentences += golden.BySegment ? CompareSegments(golden, info) : CompareSentences(golden, info, marks, version);
            cases++;
        }

        cases.ShouldBeGreaterThan(0);
        sentences.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Punctuation_input_of_1_2_7_is_the_words_with_blanks_between()
    {
        int cases = 0;
        foreach (ChainCase golden in ChainCase.LoadAll().Where(item => item.Has("punctuation_input", PunctuationCompatibility.FunAsr127)))
        {
            Words(golden.Expected("punctuation_input", PunctuationCompatibility.FunAsr127).GetString()!).ShouldBe(golden.Words.Select(word => word.Text), golden.Id);
            cases++;
        }

        cases.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Batches_match_the_reference()
    {
        int cases = 0;
        foreach (ChainCase golden in ChainCase.LoadAll().Where(item => item.Has("batches", PunctuationCompatibility.FunAsr127)))
        {
            BatchPlanner.Plan([.. golden.Segments.Select(segment => segment.EndMs - segment.StartMs)], golden.Batching).Select(batch => batch.ToArray())
                .ShouldBe(golden.Expected("batches").EnumerateArray().Select(SpeakerGolden.Ints), golden.Id);
            cases++;
        }

        cases.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Windows_speakers_and_turns_match_the_reference()
    {
        int cases = 0, compared = 0;
        foreach (ChainCase golden in ChainCase.LoadAll().Where(item => item.Has("chunks", PunctuationCompatibility.FunAsr127)))
        {
            (double Start, double End)[] windows = [.. golden.Segments
                .SelectMany(segment => SpeakerWindow.Cut(segment.StartMs, segment.Samples))
                .Select(window => (window.StartSeconds, window.EndSeconds))];
            windows.ShouldBe(golden.Expected("chunks").EnumerateArray().Select(item => (item[0].GetDouble(), item[1].GetDouble())), golden.Id);

            int[] expected = SpeakerGolden.Ints(golden.Expected("labels"));
            TurnBuilder.Build(windows, expected, minTurnSeconds: 0.7, referenceCompatible: true)
                .ShouldBe(SpeakerGolden.Turns(golden.Expected("turns")), golden.Id);

            int[] labels = SpeakerClustering.Cluster(golden.Embeddings, golden.SpeakerCount, SpeakerGolden.Reference, default);
            ClusterLabels.Count(labels).ShouldBe(expected.Distinct().Count(), golden.Id);
            if (golden.IsPartitionDefined)
            {
                labels.ShouldBe(ClusterLabels.ByFirstAppearance(expected), golden.Id);
                compared++;
            }

            cases++;
        }

        TestContext.Current.SendDiagnosticMessage($"{cases} recordings, speakers of {compared} compared window by window");
        compared.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Own_sentences_hold_the_text_of_1_2_7_and_end_well()
    {
        int cases = 0;
        foreach (ChainCase golden in ChainCase.LoadAll().Where(item => item.Has("punc_array", PunctuationCompatibility.FunAsr127) && !item.BySegment))
        {
            JsonElement result = golden.Expected("result", PunctuationCompatibility.FunAsr127);
            int[] marks = SpeakerGolden.Ints(golden.Expected("punc_array", PunctuationCompatibility.FunAsr127));
            if (!result.TryGetProperty("sentence_info", out JsonElement info) || marks.Length != golden.Words.Count)
                continue;
            IReadOnlyList<Sentence> sentences = SentenceBuilder.Build(golden.Words, [.. marks.Select(mark => (PunctuationMark)mark)]);

            sentences.Select(sentence => (sentence.StartMs, sentence.EndMs)).ShouldBe(
                info.EnumerateArray().Select(item => (item.GetProperty("start").GetInt32(), item.GetProperty("end").GetInt32())), golden.Id);
            sentences.Select(sentence => Letters(sentence.Text)).ShouldBe(info.EnumerateArray().Select(item => Letters(item.GetProperty("text").GetString()!)), golden.Id);
            cases++;
        }

        cases.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_batch_without_result_costs_only_its_own_segments()
    {
        int cases = 0;
        foreach (ChainCase golden in ChainCase.LoadAll().Where(item => !item.Has("punctuation_input", PunctuationCompatibility.FunAsr127)))
        {
            // The reference fails here, or returns an empty text for the whole recording.
            golden.Words.ShouldNotBeEmpty(golden.Id);
            IReadOnlyList<Sentence> sentences = SentenceBuilder.Build(golden.Words, [.. golden.Words.Select(_ => PunctuationMark.None)]);
            sentences.ShouldHaveSingleItem(golden.Id).Words.ShouldBe(golden.Words, golden.Id);
            cases++;
        }

        cases.ShouldBeGreaterThan(0);
    }

    private static int CompareSentences(ChainCase golden, JsonElement info, int[] marks, PunctuationCompatibility version)
    {
        IReadOnlyList<ReferenceSentence> sentences = ReferenceSentences.Build(
            marks,
            [.. golden.Words.Select(word => (word.StartMs, word.EndMs))],
            golden.Expected("punctuation_input", version).GetString(),
            golden.EnglishSentences);
        ReferenceSentenceJson.ShouldMatch(sentences, info, golden.Id);
        CompareSpeakers(golden, info, [.. sentences.Select(sentence => (sentence.Start!.Value, sentence.End))]);
        return sentences.Count;
    }

    // One entry for each VAD segment, blank ones too; here a segment without words gives no sentence.
    private static int CompareSegments(ChainCase golden, JsonElement info)
    {
        info.GetArrayLength().ShouldBe(golden.Segments.Count, golden.Id);
        JsonElement[] spoken = [.. info.EnumerateArray().Where(item => Words(item.GetProperty("sentence").GetString()!).Length > 0)];
        IReadOnlyList<Sentence> sentences = SentenceBuilder.BuildBySegment(golden.Recognized);
        sentences.Select(sentence => Letters(sentence.Text)).ShouldBe(spoken.Select(item => Letters(item.GetProperty("sentence").GetString()!)), golden.Id);
        sentences.Select(sentence => sentence.Words.Select(word => (word.StartMs, word.EndMs)).ToArray()).ShouldBe(
            spoken.Select(item => item.GetProperty("timestamp").EnumerateArray().Select(time => (time[0].GetInt32(), time[1].GetInt32())).ToArray()), golden.Id);
        CompareSpeakers(golden, info, [.. golden.Segments.Select(segment => (segment.StartMs, segment.EndMs))]);
        return sentences.Count;
    }

    private static void CompareSpeakers(ChainCase golden, JsonElement info, (int Start, int End)[] times)
    {
        if (golden.Expected("turns").ValueKind == JsonValueKind.Null)
            return;
        SpeakerTurn[] turns = SpeakerGolden.Turns(golden.Expected("turns"));
        times.Select(time => SpeakerAssigner.AsReference(time.Start, time.End, turns))
            .ShouldBe(info.EnumerateArray().Select(item => item.GetProperty("spk").GetInt32()), golden.Id);
    }

    private static string[] Words(string text) => text.Split(Separators, StringSplitOptions.RemoveEmptyEntries);

    private static string Letters(string text) => string.Concat(text.Where(character => char.IsLetterOrDigit(character) || character == '\''));
}
