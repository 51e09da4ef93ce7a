using BenchmarkDotNet.Attributes;
using Parley.Features;

namespace Parley.Benchmarks.Kernels;

/// <summary>Features, for each second of audio.</summary>
[MemoryDiagnoser]
public class FeatureBenchmarks
{
    private const int Seconds = 10, Bins = 80, Stacked = 7, Shift = 6;

    private readonly FbankExtractor _fbank = new(FbankOptions.Asr);
    private readonly float[] _samples = MadeUp.Noise(Seconds * 16_000);
    private float[] _frames = [];
    private float[] _rows = [];
    private Cmvn _cmvn = new([0], [1]);

    /// <summary>Buffers of the right size, as a stream keeps them.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        int count = _fbank.CountFrames(_samples.Length);
        _frames = _fbank.Compute(_samples);
        _rows = new float[Lfr.CountRows(count, Shift) * Stacked * Bins];
        _cmvn = new Cmvn(MadeUp.Noise(Stacked * Bins), [.. Enumerable.Repeat(1f, Stacked * Bins)]);
    }

    /// <summary>Samples to log-mel energies.</summary>
    [Benchmark(OperationsPerInvoke = Seconds)]
    public void Fbank() => _fbank.Compute(_samples, _frames);

    /// <summary>Seven frames side by side.</summary>
    [Benchmark(OperationsPerInvoke = Seconds)]
    public void LowFrameRate() => Lfr.Stack(_frames, Bins, Stacked, Shift, _rows);

    /// <summary>Normalisation of these rows.</summary>
    [Benchmark(OperationsPerInvoke = Seconds)]
    public void Normalise() => _cmvn.Apply(_rows);
}
