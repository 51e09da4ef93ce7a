using Parley.Speakers;

namespace Parley.Tests.Speakers;

public sealed class KMeansTests
{
    [Fact]
    public void Cluster_separates_blobs_and_repeats_itself()
    {
        int[] truth = SyntheticVoices.Conversation(300, 4);
        double[] points = Blobs(truth);
        int[] labels = KMeans.Cluster([.. points], 2, 4, restarts: 10, seed: 0, default);
        SyntheticVoices.ErrorRate(truth, labels).ShouldBe(0);
        KMeans.Cluster([.. points], 2, 4, restarts: 10, seed: 0, default).ShouldBe(labels);
    }

    [Fact]
    public void Cluster_finds_the_best_partition_of_a_line()
    {
        double[] points = [0, 1, 2, 10, 11, 12, 30, 31];
        SyntheticVoices.ErrorRate([0, 0, 0, 1, 1, 1, 2, 2], KMeans.Cluster(points, 1, 3, restarts: 10, seed: 5, default)).ShouldBe(0);
    }

    [Fact]
    public void Cluster_gives_every_point_its_own_group_when_there_are_as_many()
        => KMeans.Cluster([0, 5, 9, 20], 1, 4, restarts: 10, seed: 0, default).Distinct().Count().ShouldBe(4);

    [Fact]
    public void Cluster_survives_points_that_coincide()
        => KMeans.Cluster(new double[20], 2, 3, restarts: 3, seed: 0, default).Length.ShouldBe(10);

    [Fact]
    public void Cluster_can_be_cancelled()
        => Should.Throw<OperationCanceledException>(() => KMeans.Cluster([0, 1, 2], 1, 2, 1, 0, new CancellationToken(canceled: true)));

    private static double[] Blobs(int[] truth)
    {
        SplitMix64 random = new(3);
        List<double> points = [];
        foreach (int label in truth)
            points.AddRange([(label % 2 * 10) + random.NextDouble(), (label / 2 * 10) + random.NextDouble()]);
        return [.. points];
    }
}
