using Parley.Features;

namespace Parley.Tests.Features;

public sealed class FbankStreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(160)]
    [InlineData(399)]
    [InlineData(401)]
    [InlineData(5000)]
    public void Push_gives_the_bits_of_the_whole(int longest)
    {
        FbankExtractor fbank = new(FbankOptions.Asr);
        for (int samples = 0; samples < 4000; samples += 173)
        {
            float[] signal = TestSignals.Lively(samples);
            List<float> streamed = [];
            FbankStream stream = new(fbank);
            foreach (Range block in TestSignals.RandomBlocks(samples, longest, seed: samples))
            {
                float[] frames = new float[stream.CountFrames(signal[block].Length) * stream.Dim];
                stream.Push(signal[block], frames).ShouldBe(frames.Length / stream.Dim);
                streamed.AddRange(frames);
            }

            stream.Complete([]).ShouldBe(0);
            streamed.ToArray().ShouldBe(fbank.Compute(signal));
        }
    }

    [Theory]
    [InlineData(160)]
    [InlineData(399)]
    [InlineData(400)]
    public void Complete_gives_the_short_frame_of_the_reference(int samples)
    {
        FbankExtractor fbank = new(FbankOptions.Asr with { ShortFrameAsReference = true });
        float[] signal = TestSignals.Lively(samples);
        FbankStream stream = new(fbank);
        float[] frame = new float[80];
        int pushed = stream.Push(signal, frame);

        (pushed + stream.Complete(frame)).ShouldBe(1);

        frame.ShouldBe(fbank.Compute(signal));
    }

    [Fact]
    public void Push_after_Complete_is_refused()
    {
        FbankStream stream = new(new FbankExtractor(FbankOptions.Asr));
        stream.Complete([]);
        Should.Throw<InvalidOperationException>(() => stream.Push(new float[1], []));
    }
}
