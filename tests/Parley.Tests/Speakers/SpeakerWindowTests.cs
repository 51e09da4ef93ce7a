using FsCheck;
using FsCheck.Fluent;
using Parley.Speakers;

namespace Parley.Tests.Speakers;

public sealed class SpeakerWindowTests
{
    [Fact]
    public void Cut_covers_the_segment_with_the_stated_number_of_windows()
    {
        Prop.ForAll(Gen.Choose(1, 1_000_000).ToArbitrary(), samples =>
        {
            IReadOnlyList<SpeakerWindow> windows = SpeakerWindow.Cut(0, samples);
            int beyond = samples - SpeakerWindow.FullLength;
            windows.Count.ShouldBe(beyond <= 0 ? 1 : 1 + ((beyond + SpeakerWindow.Hop - 1) / SpeakerWindow.Hop));
            windows[0].Offset.ShouldBe(0);
            (windows[^1].Offset + windows[^1].Length).ShouldBe(samples);
            windows.ShouldAllBe(window => window.Length == Math.Min(samples, SpeakerWindow.FullLength));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Cut_of_nothing_is_nothing() => SpeakerWindow.Cut(100, 0).ShouldBeEmpty();
}
