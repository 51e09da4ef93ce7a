using System.Text.Json;
using Parley.Punctuation;

namespace Parley.Tests.Punctuation;

/// <summary>Compares sentences with the JSON of the reference data.</summary>
internal static class ReferenceSentenceJson
{
    public static void ShouldMatch(IReadOnlyList<ReferenceSentence> actual, JsonElement expected, string what)
    {
        actual.Count.ShouldBe(expected.GetArrayLength(), what);
        for (int i = 0; i < actual.Count; i++)
        {
            JsonElement sentence = expected[i];
            string where = $"{what}, sentence {i}";
            if (sentence.GetProperty("text").ValueKind == JsonValueKind.Array)
                actual[i].Parts.ShouldNotBeNull(where).ShouldBe(sentence.GetProperty("text").EnumerateArray().Select(item => item.GetString()!), where);
            else
                actual[i].Text.ShouldBe(sentence.GetProperty("text").GetString(), where);
            actual[i].Start.ShouldBe(Milliseconds(sentence.GetProperty("start")), where);
            actual[i].End.ShouldBe(sentence.GetProperty("end").GetInt32(), where);
            actual[i].Times.ShouldBe(
                sentence.GetProperty("timestamp").EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Null ? null : ((int, int)?)(item[0].GetInt32(), item[1].GetInt32())),
                where);
            if (sentence.TryGetProperty("raw_text", out JsonElement raw))
                actual[i].RawText.ShouldBe(raw.GetString(), where);
        }
    }

    private static int? Milliseconds(JsonElement element) => element.ValueKind == JsonValueKind.Null ? null : element.GetInt32();
}
