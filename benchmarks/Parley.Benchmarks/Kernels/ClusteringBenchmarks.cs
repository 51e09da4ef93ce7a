using BenchmarkDotNet.Attributes;
using Parley.Speakers;

namespace Parley.Benchmarks.Kernels;

/// <summary>Voices to speakers; 48,000 windows are ten hours of speech.</summary>
[MemoryDiagnoser]
public class ClusteringBenchmarks
{
    private EmbeddingSet _voices = new(ReadOnlyMemory<float>.Empty, 1);

    /// <summary>Windows to group.</summary>
    [Params(1000, 10_000, 48_000)]
    public int Windows { get; set; }

    /// <summary>Four voices.</summary>
    [GlobalSetup]
    public void Prepare() => _voices = MadeUp.Voices(Windows);

    /// <summary>Finds number and members.</summary>
    [Benchmark]
    public int[] Cluster() => SpeakerClustering.Cluster(_voices, new SpeakerCount(), new SpeakerClusteringOptions(), CancellationToken.None);
}
