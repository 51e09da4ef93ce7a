using BenchmarkDotNet.Attributes;
using Parley.Asr;

namespace Parley.Benchmarks.Kernels;

/// <summary>From the recogniser's output to words, for a segment of ten seconds with forty tokens.</summary>
[MemoryDiagnoser]
public class DecodingBenchmarks
{
    private const int Tokens = 40, Classes = 8404, Frames = 500, DurationMs = 10_000, UpsampleTimes = 3;

    private readonly float[] _logits = MadeUp.Noise(Tokens * Classes);
    private readonly int[] _ids = new int[Tokens];
    private readonly float[] _probabilities = new float[Tokens];
    private readonly float[] _alphas = [.. Enumerable.Repeat((Tokens + 1f) / Frames, Frames)];
    private readonly float[] _peaks = new float[Frames];
    private readonly TokenTime[] _times = new TokenTime[Tokens];
    private readonly AsrToken[] _tokens = [.. MadeUp.Words(Tokens).Select(word => new AsrToken(word.Text, word.StartMs, word.EndMs, word.Confidence))];

    /// <summary>The running sum of the weights, which falls by one at each fire.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        float sum = 0;
        for (int frame = 0; frame < Frames; frame++)
        {
            sum += _alphas[frame];
            _peaks[frame] = sum;
            if (sum >= 1)
                sum -= 1;
        }
    }

    /// <summary>Best class and its probability of each token.</summary>
    [Benchmark]
    public bool BestClasses() => GreedyDecoder.TryDecode(_logits, Classes, _ids, _probabilities);

    /// <summary>Weights and peaks of integrate-and-fire to times.</summary>
    [Benchmark]
    public void PeaksToTimes() => TokenTimes.FromCif(_alphas, _peaks, UpsampleTimes, DurationMs, _times);

    /// <summary>Tokens to words.</summary>
    [Benchmark]
    public object TokensToWords() => TokenJoiner.Join(_tokens);
}
