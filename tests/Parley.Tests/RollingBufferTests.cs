namespace Parley.Tests;

public sealed class RollingBufferTests
{
    [Fact]
    public void View_gives_the_values_at_their_positions_after_drops()
    {
        RollingBuffer buffer = new();
        float[] block = new float[3000];
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < block.Length; i++)
                block[i] = buffer.End + i;
            buffer.Append(block);
            buffer.DropBefore(buffer.End - 500);
            buffer.View(buffer.End - 500, 500).ToArray().ShouldBe(Enumerable.Range((int)buffer.End - 500, 500).Select(i => (float)i));
        }

        buffer.Start.ShouldBeGreaterThan(40_000);
        buffer.End.ShouldBe(60_000);
    }

    [Fact]
    public void View_refuses_what_was_dropped()
    {
        RollingBuffer buffer = new();
        buffer.Append(new float[10_000]);
        buffer.DropBefore(10_000);
        Should.Throw<ArgumentOutOfRangeException>(() => buffer.View(0, 1).Length);
    }
}
