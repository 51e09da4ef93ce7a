using System.Text.Json;
using Parley.Asr;
using Parley.Tests.Golden;

namespace Parley.Tests.Asr;

[Trait("Group", "golden")]
public sealed class TokenJoiningGoldenTests
{
    [Fact]
    public void Reference_joining_equals_the_reference()
    {
        int cases = 0;
        foreach (JsonElement item in GoldenData.Load("4-token-joining", "cases.json").GetProperty("cases").EnumerateArray())
        {
            string[] tokens = Texts(item.GetProperty("tokens"));
            JsonElement expected = GoldenData.Expected(item);
            Check(tokens, null, expected.GetProperty("without_timestamps"), item);
            Check(tokens, Times(item.GetProperty("timestamps")), expected.GetProperty("with_timestamps"), item);
            Check(tokens, [], expected.GetProperty("with_empty_timestamp_list"), item);
            cases++;
        }

        cases.ShouldBePositive();
    }

    /// <summary>Where nothing is lost by the reference, the two ways of joining agree.</summary>
    [Fact]
    public void Default_joining_agrees_where_the_reference_loses_nothing()
    {
        int cases = 0;
        foreach (JsonElement item in GoldenData.Load("4-token-joining", "cases.json").GetProperty("cases").EnumerateArray())
        {
            string[] tokens = Texts(item.GetProperty("tokens"));
            JsonElement expected = GoldenData.Expected(item).GetProperty("with_timestamps");
            if (!tokens.All(IsPlain) || tokens is [.., _] && Dangles(tokens))
                continue;
            TokenTime[] times = Times(item.GetProperty("timestamps"));
            AsrToken[] asr = [.. tokens.Zip(times, (token, time) => new AsrToken(token, time.StartMs, time.EndMs, 0.5f))];

            List<Word> words = TokenJoiner.Join(asr);

            words.Select(word => word.Text).ShouldBe(Texts(expected.GetProperty("words")), item.GetProperty("id").GetString());
            words.Select(word => new TokenTime(word.StartMs, word.EndMs)).ShouldBe(Times(expected.GetProperty("timestamp")));
            words.ShouldAllBe(word => word.Confidence == 0.5f);
            cases++;
        }

        cases.ShouldBePositive();

        // Han characters and single digits, words of letters, pieces of them.
        static bool IsPlain(string token) => token is [>= '\u4e00' and <= '\u9fff' or >= '0' and <= '9']
            || (token.Length > 0 && token.Replace("@@", string.Empty, StringComparison.Ordinal) is { Length: > 0 } letters && letters.All(letter => char.IsLetter(letter) || letter == '\''));

        // A piece must be followed by letters, or the reference glues it to a later word.
        static bool Dangles(string[] tokens) => tokens.Index().Any(token => token.Item.EndsWith("@@", StringComparison.Ordinal)
            && (token.Index == tokens.Length - 1 || !char.IsAsciiLetter(tokens[token.Index + 1][0])));
    }

    private static void Check(string[] tokens, TokenTime[]? times, JsonElement expected, JsonElement item)
    {
        string id = $"{item.GetProperty("id").GetString()} with {times?.Length.ToString() ?? "no"} times";
        ReferenceText text = ReferenceTokenJoiner.Join(tokens, times);
        if (expected.TryGetProperty("raises", out _))
        {
            // The reference stops; here the text comes without times.
            text.Times.ShouldBeEmpty(id);
            return;
        }

        text.Text.ShouldBe(expected.GetProperty("text").GetString(), id);
        text.Words.ShouldBe(Texts(expected.GetProperty("words")), id);
        if (times is null)
            text.Times.ShouldBeNull(id);
        else
            text.Times!.ShouldBe(Times(expected.GetProperty("timestamp")), id);
    }

    private static string[] Texts(JsonElement array) => [.. array.EnumerateArray().Select(text => text.GetString()!)];

    private static TokenTime[] Times(JsonElement array) => [.. array.EnumerateArray().Select(pair => new TokenTime(pair[0].GetInt32(), pair[1].GetInt32()))];
}
