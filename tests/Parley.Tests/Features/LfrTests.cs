using FsCheck;
using FsCheck.Fluent;
using Parley.Features;

namespace Parley.Tests.Features;

public sealed class LfrTests
{
    [Fact]
    public void Stack_repeats_edge_frames()
    {
        float[] frames = [0, 10, 1, 11, 2, 12, 3, 13]; // [4, 2]
        float[] rows = new float[2 * 6];

        Lfr.Stack(frames, dim: 2, m: 3, n: 2, rows);

        rows.ShouldBe([0, 10, 0, 10, 1, 11, /* row 1 */ 1, 11, 2, 12, 3, 13]);
    }

    [Fact]
    public void Stack_of_one_frame_repeats_it()
    {
        float[] rows = new float[7];
        Lfr.Stack([5], dim: 1, m: 7, n: 6, rows);
        rows.ShouldAllBe(value => value == 5);
    }

    [Fact]
    public void Stack_of_nothing_is_nothing() => Should.NotThrow(() => Lfr.Stack([], dim: 80, m: 7, n: 6, []));

    [Fact]
    public void Stack_follows_its_closed_form()
    {
        for (int count = 0; count <= 60; count++)
        {
            float[] frames = [.. Enumerable.Range(0, count)], rows = new float[Lfr.CountRows(count, 6) * 7];
            Lfr.Stack(frames, dim: 1, m: 7, n: 6, rows);
            for (int i = 0; i < rows.Length; i++)
                rows[i].ShouldBe(Math.Clamp((i / 7 * 6) + (i % 7) - 3, 0, count - 1));
        }
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(6, 4)] // the last frames lie beyond the right context of the last row
    [InlineData(7, 7)]
    [InlineData(11, 10)]
    public void Stack_shows_the_network_these_many_frames(int count, int seen)
    {
        float[] frames = [.. Enumerable.Range(0, count)], rows = new float[Lfr.CountRows(count, 6) * 7];
        Lfr.Stack(frames, dim: 1, m: 7, n: 6, rows);
        rows.Distinct().Count().ShouldBe(seen);
    }

    [Fact]
    public void Stream_gives_the_rows_of_the_whole()
    {
        Prop.ForAll(Gen.Choose(1, 3).Zip(Gen.Choose(1, 9)).Zip(Gen.Choose(1, 12).Zip(Gen.Choose(0, 80))).Zip(Gen.Choose(0, 1 << 20)).ToArbitrary(), drawn =>
        {
            (((int dim, int m), (int n, int count)), int seed) = drawn;
            float[] frames = [.. Enumerable.Range(1, count * dim)];
            float[] whole = new float[Lfr.CountRows(count, n) * m * dim];
            Lfr.Stack(frames, dim, m, n, whole);

            LfrStream stream = new(dim, m, n);
            List<float> streamed = [];
            foreach (Range block in TestSignals.RandomBlocks(count, longest: 11, seed))
            {
                float[] part = frames[(block.Start.Value * dim)..(block.End.Value * dim)];
                float[] rows = new float[stream.CountRows(part.Length / dim) * stream.RowDim];
                stream.Push(part, rows).ShouldBe(rows.Length / stream.RowDim);
                streamed.AddRange(rows);
            }

            float[] rest = new float[stream.RowsAtEnd * stream.RowDim];
            stream.Complete(rest).ShouldBe(rest.Length / stream.RowDim);
            streamed.AddRange(rest);
            streamed.ToArray().ShouldBe(whole);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Stream_waits_for_two_frames_of_right_context_only()
    {
        LfrStream stream = new(dim: 1, m: 5, n: 1); // as FSMN-VAD
        stream.CountRows(2).ShouldBe(0);
        stream.CountRows(3).ShouldBe(1);
        stream.Push([1, 2, 3, 4], new float[10]).ShouldBe(2);
        stream.RowsAtEnd.ShouldBe(2);
    }

    [Fact]
    public void Stream_refuses_frames_after_the_end()
    {
        LfrStream stream = new(dim: 1, m: 5, n: 1);
        stream.Complete([]);
        Should.Throw<InvalidOperationException>(() => stream.Push([1], new float[5]));
    }
}
