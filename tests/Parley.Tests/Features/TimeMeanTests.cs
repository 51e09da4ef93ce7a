using Parley.Features;

namespace Parley.Tests.Features;

public sealed class TimeMeanTests
{
    [Fact]
    public void Subtract_leaves_columns_with_mean_zero()
    {
        float[] frames = [1, 10, 2, 20, 6, 30];
        TimeMean.Subtract(frames, dim: 2);
        frames.ShouldBe([-2, -10, -1, 0, 3, 10]);
    }

    [Fact]
    public void Subtract_of_nothing_is_nothing() => Should.NotThrow(() => TimeMean.Subtract([], dim: 80));
}
