using Parley.Features;
using Parley.Tests.Golden;

namespace Parley.Tests.Features;

public sealed class FbankExtractorTests
{
    public static TheoryData<string> Presets => ["asr", "campplus", "narrow"];

    [Theory]
    [MemberData(nameof(Presets))]
    public void Compute_matches_the_scalar_oracle(string preset)
    {
        FbankOptions options = Options(preset);
        float[] signal = TestSignals.Lively(400 + (160 * 21));

        float[] actual = new FbankExtractor(options).Compute(signal);

        Close.Within(2e-4, FbankOracle.Compute(signal, options), actual, options.Bins, preset); // single precision here, double there
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(399, 0)]
    [InlineData(400, 1)]
    [InlineData(559, 1)]
    [InlineData(560, 2)]
    [InlineData(16_000, 98)]
    public void CountFrames_snips_the_edges(int samples, int frames)
    {
        FbankExtractor fbank = new(FbankOptions.Asr);
        fbank.CountFrames(samples).ShouldBe(frames);
        fbank.Compute(new float[samples]).Length.ShouldBe(frames * 80);
    }

    [Fact]
    public void Silence_is_the_floor_everywhere()
        => new FbankExtractor(FbankOptions.Asr).Compute(new float[1600]).ShouldAllBe(value => Math.Abs(value + 15.942385f) < 1e-5);

    [Fact]
    public void Frame_does_not_depend_on_its_neighbours()
    {
        FbankExtractor fbank = new(FbankOptions.Asr);
        float[] signal = TestSignals.Lively(400 + (160 * 40));
        float[] all = fbank.Compute(signal);

        for (int t = 0; t <= 40; t++)
            fbank.Compute(signal.AsSpan(160 * t, 400)).ShouldBe(all[(80 * t)..(80 * (t + 1))]);
    }

    [Fact]
    public void Compute_is_safe_for_concurrent_calls()
    {
        FbankExtractor fbank = new(FbankOptions.Asr);
        float[][] signals = [.. Enumerable.Range(0, 8).Select(seed => TestSignals.Lively(16_000, seed))];
        float[][] alone = [.. signals.Select(signal => fbank.Compute(signal))];

        Parallel.For(0, 64, i => fbank.Compute(signals[i % 8]).ShouldBe(alone[i % 8]));
    }

    [Fact]
    public void Compute_allocates_nothing()
    {
        FbankExtractor fbank = new(FbankOptions.Asr);
        float[] signal = TestSignals.Lively(16_000), frames = new float[98 * 80];
        fbank.Compute(signal, frames);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            fbank.Compute(signal, frames);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Compute_refuses_a_buffer_of_the_wrong_length()
        => Should.Throw<ArgumentOutOfRangeException>(() => new FbankExtractor(FbankOptions.Asr).Compute(new float[400], new float[79]));

    [Fact]
    public void Constructor_refuses_options_out_of_range()
    {
        FbankOptions[] wrong =
        [
            new() { Bins = 0 }, new() { Bins = 513 }, new() { Scale = 0 }, new() { Scale = float.NaN }, new() { PreEmphasis = 1.1f },
            new() { LowHz = -1 }, new() { LowHz = 8000 }, new() { HighHz = 8001 }, new() { LowHz = double.NaN }, new() { Window = (FbankWindow)9 },
        ];
        foreach (FbankOptions options in wrong)
            Should.Throw<ArgumentException>(() => new FbankExtractor(options), options.ToString());
    }

    [Fact]
    public void Short_recording_has_a_frame_only_as_the_reference()
    {
        FbankExtractor reference = new(FbankOptions.Asr with { ShortFrameAsReference = true });
        for (int samples = 0; samples < 400; samples++)
        {
            float[] signal = TestSignals.Lively(samples);
            new FbankExtractor(FbankOptions.Asr).Compute(signal).ShouldBeEmpty();
            float[] frame = reference.Compute(signal);
            frame.Length.ShouldBe(samples < 2 ? 0 : 80);
            frame.ShouldAllBe(value => float.IsFinite(value));
        }
    }

    internal static FbankOptions Options(string preset) => preset switch
    {
        "asr" => FbankOptions.Asr,
        "campplus" => FbankOptions.CamPlus,
        _ => new FbankOptions { Bins = 23, LowHz = 100, HighHz = 3800, PreEmphasis = 0.5f, Scale = 100 },
    };
}
