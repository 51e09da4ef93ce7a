using Parley.Models;
using Parley.Optimization;

namespace Parley.Tests.Optimization;

public sealed class ParityGateTests
{
    private static readonly ProbeAnswer Expected = new(["7", "9"], [[1, 4]]) { Times = [0, 240, 240, 500] };

    [Theory]
    [InlineData(240, 0.01f, true, true, "same 2 tokens and times, scores within 0.0025")]
    [InlineData(240, 0.3f, false, true, "same 2 tokens and times, scores within 0.075")]
    [InlineData(240, 0.8f, false, false, "same 2 tokens and times, scores within 0.2, 0.1 is the most")]
    [InlineData(260, 0.01f, false, true, "same 2 tokens, 1 of 4 times moved by up to 20 ms, scores within 0.0025")]
    [InlineData(280, 0.01f, false, false, "1 of 4 times differ, by up to 40 ms")]
    public void Rounding_may_move_times_and_scores_a_little(int time, float difference, bool isSame, bool isSameWhenRounded, string found)
    {
        ProbeAnswer actual = new(["7", "9"], [[1, 4 + difference]]) { Times = [0, time, 240, 500] };

        ParityGate.Compare(ModelStage.Asr, "tokens", Expected, actual, ParityBounds.SameResults).IsSame.ShouldBe(isSame);
        (bool same, string finding) = ParityGate.Compare(ModelStage.Asr, "tokens", Expected, actual, ParityBounds.SameTokens);
        same.ShouldBe(isSameWhenRounded);
        finding.ShouldStartWith(found);
    }

    [Fact]
    public void Rounding_may_not_change_a_token()
        => ParityGate.Compare(ModelStage.Asr, "tokens", Expected, Expected with { Decisions = ["7", "8"] }, ParityBounds.SameTokens).ShouldBe((false, "1 of 2 tokens differ"));
}
