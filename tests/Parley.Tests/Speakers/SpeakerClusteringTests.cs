using FsCheck;
using FsCheck.Fluent;
using Parley.Speakers;

namespace Parley.Tests.Speakers;

public sealed class SpeakerClusteringTests
{
    private static readonly SpeakerClusteringOptions Default = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Next_to_nothing_is_at_most_one_speaker(int windows)
        => Cluster(SyntheticVoices.Of([0, 0]).Select([.. Enumerable.Range(0, windows)]), SpeakerCount.Unknown).ShouldBe(new int[windows]);

    [Theory]
    [InlineData(6, 2)]
    [InlineData(19, 3)]
    [InlineData(39, 2)]
    [InlineData(40, 2)]
    [InlineData(80, 3)]
    [InlineData(200, 5)]
    public void Speakers_are_told_apart_without_a_number(int windows, int speakers)
    {
        int[] truth = SyntheticVoices.Conversation(windows, speakers, maxTurn: 4);
        int[] labels = Cluster(SyntheticVoices.Of(truth), SpeakerCount.Unknown);
        SyntheticVoices.ErrorRate(truth, labels).ShouldBe(0);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(30)]
    [InlineData(100)]
    public void One_voice_is_one_speaker(int windows)
        => Cluster(SyntheticVoices.Of(new int[windows]), SpeakerCount.Unknown).ShouldAllBe(label => label == 0);

    [Theory]
    [InlineData(8, 3, 3)]
    [InlineData(8, 3, 2)]
    [InlineData(8, 2, 5)]
    [InlineData(100, 3, 3)]
    [InlineData(100, 3, 2)]
    [InlineData(100, 3, 1)]
    [InlineData(100, 3, 5)]
    [InlineData(3, 1, 9)]
    public void An_exact_number_is_kept(int windows, int speakers, int asked)
    {
        EmbeddingSet embeddings = SyntheticVoices.Of(SyntheticVoices.Conversation(windows, speakers, maxTurn: 4));
        ClusterLabels.Count(Cluster(embeddings, new SpeakerCount(Exact: asked))).ShouldBe(Math.Min(asked, windows));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(120)]
    public void A_minimum_and_a_maximum_are_kept(int windows)
    {
        int[] truth = SyntheticVoices.Conversation(windows, 3, maxTurn: 4);
        EmbeddingSet embeddings = SyntheticVoices.Of(truth);
        ClusterLabels.Count(Cluster(embeddings, new SpeakerCount(Min: 4))).ShouldBeGreaterThanOrEqualTo(4);
        ClusterLabels.Count(Cluster(embeddings, new SpeakerCount(Max: 2))).ShouldBe(2);
        SyntheticVoices.ErrorRate(truth, Cluster(embeddings, new SpeakerCount(Min: 2, Max: 6))).ShouldBe(0);
    }

    [Fact]
    public void A_smaller_number_joins_whole_voices()
    {
        // Two speakers asked of three: nobody's voice may be torn apart.
        int[] truth = SyntheticVoices.Conversation(150, 3);
        int[] labels = Cluster(SyntheticVoices.Of(truth), new SpeakerCount(Exact: 2));
        truth.Zip(labels).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void A_maximum_may_exceed_the_usual_one()
    {
        int[] truth = SyntheticVoices.Conversation(600, 18);
        Cluster(SyntheticVoices.Of(truth), SpeakerCount.Unknown).Distinct().Count().ShouldBeLessThanOrEqualTo(15);
        SyntheticVoices.ErrorRate(truth, Cluster(SyntheticVoices.Of(truth), new SpeakerCount(Max: 30))).ShouldBe(0);
    }

    [Fact]
    public void Numbers_that_contradict_each_other_are_refused()
    {
        EmbeddingSet embeddings = SyntheticVoices.Of([0, 1]);
        Should.Throw<ArgumentException>(() => Cluster(embeddings, new SpeakerCount(Exact: 2, Max: 3)));
        Should.Throw<ArgumentException>(() => Cluster(embeddings, new SpeakerCount(Min: 3, Max: 2)));
        Should.Throw<ArgumentException>(() => Cluster(embeddings, new SpeakerCount(Exact: 0)));
    }

    [Fact]
    public void Short_recordings_are_one_speaker_only_when_compatible()
    {
        int[] truth = SyntheticVoices.Conversation(19, 2, maxTurn: 4);
        EmbeddingSet embeddings = SyntheticVoices.Of(truth);
        SpeakerClustering.Cluster(embeddings, new SpeakerCount(Exact: 2), SpeakerGolden.Reference, default).ShouldAllBe(label => label == 0);
        SyntheticVoices.ErrorRate(truth, Cluster(embeddings, new SpeakerCount(Exact: 2))).ShouldBe(0);
    }

    [Fact]
    public void Small_speakers_are_dissolved_when_asked()
    {
        int[] truth = [.. Enumerable.Repeat(0, 14), 2, .. Enumerable.Repeat(1, 14)];
        EmbeddingSet embeddings = SyntheticVoices.Of(truth);
        Cluster(embeddings, SpeakerCount.Unknown).Distinct().Count().ShouldBe(3);
        SpeakerClusteringOptions options = Default with { MinWindowsPerSpeaker = 4 };
        SpeakerClustering.Cluster(embeddings, SpeakerCount.Unknown, options, default).Distinct().Count().ShouldBe(2);
        SpeakerClustering.Cluster(embeddings, new SpeakerCount(Exact: 3), options, default).Distinct().Count().ShouldBe(3);
    }

    [Theory]
    [InlineData(20, 14)]
    [InlineData(33, 26)]
    [InlineData(35, 28)]
    [InlineData(130, 123)]
    [InlineData(272, 266)]
    [InlineData(273, 266)]
    [InlineData(1000, 978)]
    [InlineData(2047, 2001)]
    public void Pruning_counts_with_the_rounding_of_the_reference(int windows, int pruned)
        => SpectralClustering.PrunedPerRow(windows, Default).ShouldBe(pruned);

    [Theory]
    [InlineData(0.7, 0.0)]
    [InlineData(1.3, 0.01)]
    public void Landmarks_agree_with_the_full_method(double noise, double tolerance)
    {
        int[] truth = SyntheticVoices.Conversation(900, 4, maxTurn: 20);
        EmbeddingSet embeddings = SyntheticVoices.Of(truth, noise);
        int[] full = Cluster(embeddings, SpeakerCount.Unknown);
        int[] reduced = SpeakerClustering.Cluster(embeddings, SpeakerCount.Unknown, Default with { MaxSpectralWindows = 300 }, default);
        SyntheticVoices.ErrorRate(truth, full).ShouldBeLessThanOrEqualTo(tolerance);
        SyntheticVoices.ErrorRate(full, reduced).ShouldBeLessThanOrEqualTo(tolerance);
    }

    [Fact]
    public void Ten_hours_of_five_speakers_are_told_apart()
    {
        int[] truth = SyntheticVoices.Conversation(48_000, 5, maxTurn: 40);
        EmbeddingSet embeddings = SyntheticVoices.Of(truth, noise: 1);
        // Of this thread: clustering uses no other, and other tests run meanwhile.
        long before = GC.GetAllocatedBytesForCurrentThread();
        System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
        int[] labels = Cluster(embeddings, SpeakerCount.Unknown);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.SendDiagnosticMessage($"48,000 windows: {clock.Elapsed.TotalSeconds:F1} s, {allocated >> 20} MiB allocated");
        SyntheticVoices.ErrorRate(truth, labels).ShouldBeLessThan(0.001);
        allocated.ShouldBeLessThan(256L << 20); // a similarity of all with all would take 9 GB
    }

    [Fact]
    public void Clustering_can_be_cancelled()
    {
        EmbeddingSet embeddings = SyntheticVoices.Of(SyntheticVoices.Conversation(100, 2));
        Should.Throw<OperationCanceledException>(() => SpeakerClustering.Cluster(embeddings, SpeakerCount.Unknown, Default, new CancellationToken(canceled: true)));
        Should.Throw<OperationCanceledException>(
            () => SpeakerClustering.Cluster(embeddings.Select([0, 1, 2]), SpeakerCount.Unknown, Default, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Labels_follow_first_appearance_and_repeat()
    {
        Prop.ForAll(
            (from windows in Gen.Choose(1, 70)
             from speakers in Gen.Choose(1, 4)
             from seed in Gen.Choose(0, 1000)
             select (windows, speakers, seed)).ToArbitrary(),
            input =>
            {
                EmbeddingSet embeddings = SyntheticVoices.Of(SyntheticVoices.Conversation(input.windows, input.speakers, input.seed), noise: 1.5, input.seed);
                int[] labels = Cluster(embeddings, SpeakerCount.Unknown);
                labels.Length.ShouldBe(input.windows);
                labels.ShouldBe(ClusterLabels.ByFirstAppearance(labels));
                Cluster(embeddings, SpeakerCount.Unknown).ShouldBe(labels);
            }).QuickCheckThrowOnFailure();
    }

    private static int[] Cluster(EmbeddingSet embeddings, SpeakerCount count) => SpeakerClustering.Cluster(embeddings, count, Default, default);
}
