using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Parley.Speakers;

namespace Parley.Tests.Speakers;

public sealed class TurnBuilderTests
{
    [Fact]
    public void Build_of_nothing_is_nothing() => TurnBuilder.Build([], [], 0.7, referenceCompatible: false).ShouldBeEmpty();

    [Fact]
    public void Build_renumbers_speakers_that_smoothing_left_with_gaps()
    {
        (double, double)[] windows = [(0, 2), (2, 2.3), (2.3, 5), (6, 8)];
        TurnBuilder.Build(windows, [0, 1, 0, 2], 0.7, referenceCompatible: true).Select(turn => turn.Speaker).ShouldBe([0, 2]);
        TurnBuilder.Build(windows, [0, 1, 0, 2], 0.7, referenceCompatible: false).Select(turn => turn.Speaker).ShouldBe([0, 1]);
    }

    [Fact]
    public void Build_rounds_a_single_turn_unless_compatible()
    {
        TurnBuilder.Build([(0.12345, 1.62345)], [3], 0.7, referenceCompatible: false).ShouldBe([new SpeakerTurn(0.12, 1.62, 0)]);
        TurnBuilder.Build([(0.12345, 1.62345)], [3], 0.7, referenceCompatible: true).ShouldBe([new SpeakerTurn(0.12345, 1.62345, 0)]);
    }

    [Fact]
    public void Build_smooths_by_the_given_length()
    {
        (double, double)[] windows = [(0, 2), (2, 3), (3, 5)];
        TurnBuilder.Build(windows, [0, 1, 0], 0.7, referenceCompatible: false).Count.ShouldBe(3);
        TurnBuilder.Build(windows, [0, 1, 0], 1.5, referenceCompatible: false).ShouldHaveSingleItem();
    }

    [Fact]
    public void Turns_never_overlap_and_cover_no_more_than_the_windows()
    {
        Prop.ForAll(Segments().ToArbitrary(), input =>
        {
            SpeakerWindow[] windows = [.. Lay(input.Segments)];
            SplitMix64 random = new(input.Seed);
            int[] labels = [.. windows.Select(_ => random.Next(3))];
            IReadOnlyList<SpeakerTurn> turns = TurnBuilder.Build([.. windows.Select(window => (window.StartSeconds, window.EndSeconds))], labels, 0.7, referenceCompatible: false);

            turns.Zip(turns.Skip(1)).ShouldAllBe(pair => pair.First.EndSeconds <= pair.Second.StartSeconds);
            turns.ShouldAllBe(turn => turn.StartSeconds <= turn.EndSeconds);
            ClusterLabels.ByFirstAppearance([.. turns.Select(turn => turn.Speaker)]).ShouldBe(turns.Select(turn => turn.Speaker));
            if (windows.Length > 0)
            {
                turns[0].StartSeconds.ShouldBe(windows[0].StartSeconds, 0.006);
                turns[^1].EndSeconds.ShouldBe(windows[^1].EndSeconds, 0.006);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Rounding_agrees_with_exact_arithmetic()
    {
        double[] ties = [0.125, 0.375, 0.625, 0.875, 12.125, 1.145, 2.675, 4.385, 0.005, 0.015, 1e-9, 0, 35999.995];
        SplitMix64 random = new(9);
        foreach (double value in ties.Concat(Enumerable.Range(0, 20_000).Select(_ => Math.Round(random.NextDouble() * 36_000, 3))))
            PythonRounding.ToHundredths(value).ShouldBe(Exact(value), value.ToString("R"));
    }

    // value = mantissa * 2^exponent; hundredths as a quotient of integers, halves to even.
    private static double Exact(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        BigInteger mantissa = (bits & 0xFFFFFFFFFFFFF) | (exponent > 0 ? 1L << 52 : 0);
        BigInteger denominator = BigInteger.One << (1075 - Math.Max(exponent, 1));
        BigInteger whole = BigInteger.DivRem(mantissa * 100, denominator, out BigInteger rest);
        int half = (rest * 2).CompareTo(denominator);
        if (half > 0 || (half == 0 && !whole.IsEven))
            whole++;
        return (double)whole / 100;
    }

    private static Gen<((int Gap, int Length)[] Segments, int Seed)> Segments()
        => from segments in (from gap in Gen.Choose(0, 300) from length in Gen.Choose(1, 900) select (gap * 10, length * 10)).ArrayOf()
           from seed in Gen.Choose(0, 10_000)
           select (segments, seed);

    private static IEnumerable<SpeakerWindow> Lay((int Gap, int Length)[] segments)
    {
        int now = 0;
        foreach ((int gap, int length) in segments)
        {
            foreach (SpeakerWindow window in SpeakerWindow.Cut(now + gap, length * 16))
                yield return window;
            now += gap + length;
        }
    }
}
