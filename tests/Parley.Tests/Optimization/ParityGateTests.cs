using Parley.Models;
using Parley.Optimization;

namespace Parley.Tests.Optimization;

public sealed class ParityGateTests
{
    private static readonly string[] Tokens = [.. Enumerable.Range(0, 60).Select(i => $"{i}")];
    private static readonly int[] Times = [.. Enumerable.Range(0, 120).Select(i => i * 100)];
    private static readonly ProbeAnswer Expected = new([Tokens, ["7"]], [[1, 4], [2]]) { Times = [Times, [0, 240]] };

    [Theory]
    [InlineData(240, 0.01f, true, true, "same 61 tokens and times, scores within 0.0025")]
    [InlineData(240, 0.3f, false, true, "same 61 tokens and times, scores within 0.075")]
    [InlineData(240, 1.2f, false, false, "same 61 tokens and times, scores within 0.3, 0.2 is the most")]
    [InlineData(260, 0.01f, false, true, "same 61 tokens, 1 of 122 times moved by up to 20 ms, scores within 0.0025")]
    [InlineData(280, 0.01f, false, false, "1 of 122 times differ, by up to 40 ms")]
    public void Rounding_may_move_times_and_scores_a_little(int time, float difference, bool isSame, bool isSameWhenRounded, string found)
        => Check(Expected with { Numbers = [[1, 4 + difference], [2]], Times = [Times, [0, time]] }, isSame, isSameWhenRounded, found);

    [Fact]
    public void Rounding_may_change_one_token_in_fifty()
    {
        Check(With(["0", .. Tokens[2..]]), false, true, "1 of 61 tokens differ, scores within 0");
        Check(With(["x", .. Tokens[2..]]), false, false, "2 of 61 tokens differ");
        Check(With([]), false, false, "60 of 61 tokens differ");
    }

    private static ProbeAnswer With(string[] tokens) => Expected with { Decisions = [tokens, ["7"]], Numbers = [[1], [2]], Times = [[.. tokens.SelectMany(_ => new[] { 0, 1 })], [0, 240]] };

    private static void Check(ProbeAnswer actual, bool isSame, bool isSameWhenRounded, string found)
    {
        ParityGate.Compare(ModelStage.Asr, "tokens", Expected, actual, ParityBounds.SameResults).IsSame.ShouldBe(isSame);
        (bool same, string finding) = ParityGate.Compare(ModelStage.Asr, "tokens", Expected, actual, ParityBounds.Rounded);
        same.ShouldBe(isSameWhenRounded);
        finding.ShouldStartWith(found);
    }
}
