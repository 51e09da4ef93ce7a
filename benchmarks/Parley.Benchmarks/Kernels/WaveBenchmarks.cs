using BenchmarkDotNet.Attributes;
using Parley.Audio;

namespace Parley.Benchmarks.Kernels;

/// <summary>Reading WAV: 65 s, 16 kHz, 16 bit, mono.</summary>
[MemoryDiagnoser]
public class WaveBenchmarks
{
    private readonly string _path = Repository.Sample("interview.wav");
    private readonly float[] _block = new float[64_000];

    /// <summary>From opening the file to its last sample.</summary>
    [Benchmark]
    public long Read()
    {
        using AudioSource audio = AudioFile.Open(_path, new AudioOptions(), CancellationToken.None);
        long samples = 0;
        int read;
        while ((read = audio.Read(_block, CancellationToken.None)) > 0)
            samples += read;
        return samples;
    }
}
