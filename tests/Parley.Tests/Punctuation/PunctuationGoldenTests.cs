using System.Text.Json;
using Parley.Punctuation;
using Parley.Tests.Golden;

namespace Parley.Tests.Punctuation;

[Trait("Group", "golden")]
public sealed class PunctuationGoldenTests
{
    [Theory]
    [InlineData(PunctuationCompatibility.FunAsr143)]
    [InlineData(PunctuationCompatibility.FunAsr127)]
    public void Decoding_and_rendering_match_the_reference(PunctuationCompatibility version)
    {
        JsonElement data = GoldenData.Load("6-punctuation", "cases.json");
        string[] markList = [.. data.GetProperty("punc_list").EnumerateArray().Select(item => item.GetString()!)];
        int[] marksByClass = MarkClasses.Parse(markList);
        int cases = 0;
        foreach (JsonElement golden in data.GetProperty("cases").EnumerateArray())
        {
            string id = golden.GetProperty("id").GetString()!;
            PunctuationOptions options = new()
            {
                MarkList = markList,
                ChunkTokens = golden.GetProperty("split_size").GetInt32(),
                Compatibility = version,
            };
            List<string> tokens = [];
            PunctuationTokenizer.Split(golden.GetProperty("text").GetString()!, tokens);
            tokens.ShouldBe(golden.GetProperty("tokens").EnumerateArray().Select(item => item.GetString()!), id);

            JsonElement[] calls = [.. golden.GetProperty("network_calls").EnumerateArray()];
            int call = 0;
            DecodedMarks decoded = MarkDecoder.Decode(tokens.Count, options, (first, marks) =>
            {
                call.ShouldBeLessThan(calls.Length, id);
                first.ShouldBe(calls[call].GetProperty("first_token").GetInt32(), $"{id}, call {call}");
                int[] answer = [.. calls[call].GetProperty("ids").EnumerateArray().Select(item => marksByClass[item.GetInt32()])];
                answer.Length.ShouldBe(marks.Length, $"{id}, call {call}");
                answer.CopyTo(marks);
                call++;
            }, default);
            call.ShouldBe(calls.Length, id);
            (string text, int[] marks) = PunctuatedText.Render(tokens, decoded, version);

            JsonElement expected = version == PunctuationCompatibility.FunAsr127 ? GoldenData.Expected(golden) : golden.GetProperty("expected");
            if (expected.TryGetProperty("raises", out _) || expected.GetProperty("punc_array").ValueKind == JsonValueKind.Null)
            {
                text.ShouldBeEmpty(id);
                marks.ShouldBeEmpty(id);
            }
            else
            {
                text.ShouldBe(expected.GetProperty("text").GetString(), id);
                marks.Select(mark => Array.IndexOf(marksByClass, mark)).ShouldBe(expected.GetProperty("punc_array").EnumerateArray().Select(item => item.GetInt32()), id);
            }

            cases++;
        }

        cases.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Reference_sentences_match_the_reference()
    {
        int cases = 0;
        foreach (JsonElement golden in GoldenData.Load("5-sentences", "cases.json").GetProperty("cases").EnumerateArray())
        {
            Compare(golden, "timestamp_sentence", english: false);
            Compare(golden, "timestamp_sentence_en", english: true);
            cases++;
        }

        cases.ShouldBeGreaterThan(0);
    }

    private static void Compare(JsonElement golden, string builder, bool english)
    {
        string what = $"{golden.GetProperty("id").GetString()} {builder}";
        IReadOnlyList<ReferenceSentence> Actual() => ReferenceSentences.Build(
            Optional(golden.GetProperty("punc_ids"))?.Select(item => item.GetInt32()).ToArray(),
            Optional(golden.GetProperty("timestamps"))?.Select(item => (item[0].GetInt32(), item[1].GetInt32())).ToArray(),
            golden.GetProperty("text").GetString(),
            english);

        JsonElement expected = GoldenData.Expected(golden).GetProperty(builder);
        if (expected.ValueKind == JsonValueKind.Object)
        {
            expected.TryGetProperty("raises", out _).ShouldBeTrue(what);
            Should.Throw<ArgumentException>(Actual, what);
            return;
        }

        ReferenceSentenceJson.ShouldMatch(Actual(), expected, what);
    }

    private static JsonElement[]? Optional(JsonElement element) => element.ValueKind == JsonValueKind.Null ? null : [.. element.EnumerateArray()];
}
