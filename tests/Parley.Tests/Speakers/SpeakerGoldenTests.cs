using System.Text.Json;
using Parley.Speakers;
using Parley.Tests.Golden;

namespace Parley.Tests.Speakers;

[Trait("Group", "golden")]
public sealed class SpeakerGoldenTests
{
    [Fact]
    public void Windows_match_the_reference()
    {
        int cases = 0;
        foreach (JsonElement golden in GoldenData.Load("7-speakers", "chunks.json").GetProperty("cases").EnumerateArray())
        {
            string id = golden.GetProperty("id").GetString()!;
            SpeakerWindow[] windows = [.. SpeakerGolden.Segments(golden.GetProperty("segments"), golden.GetProperty("num_samples").GetInt32())
                .SelectMany(segment => SpeakerWindow.Cut(segment.StartMs, segment.Samples))];
            JsonElement expected = GoldenData.Expected(golden);
            windows.Length.ShouldBe(expected.GetArrayLength(), id);
            for (int i = 0; i < windows.Length; i++)
            {
                string what = $"{id}, window {i}";
                windows[i].StartSeconds.ShouldBe(expected[i].GetProperty("start_s").GetDouble(), what);
                windows[i].EndSeconds.ShouldBe(expected[i].GetProperty("end_s").GetDouble(), what);
                windows[i].FirstSample.ShouldBe(expected[i].GetProperty("first_sample").GetInt64(), what);
                windows[i].Length.ShouldBe(expected[i].GetProperty("samples").GetInt32(), what);
                windows[i].Padding.ShouldBe(expected[i].GetProperty("padded_zeros").GetInt32(), what);
            }

            cases++;
        }

        cases.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Clusters_match_the_reference()
    {
        JsonElement data = GoldenData.Load("7-speakers", "cluster.json");
        NpyArray embeddings = NpyArray.Load(GoldenData.Path("7-speakers", "cluster_embeddings.i8.npy"));
        float scale = data.GetProperty("scale").GetSingle();
        int cases = 0, compared = 0;
        foreach (JsonElement golden in data.GetProperty("cases").EnumerateArray())
        {
            string what = $"{golden.GetProperty("id").GetString()} ({golden.GetProperty("kind").GetString()})";
            EmbeddingSet set = SpeakerGolden.Embeddings(embeddings, golden, scale);
            SpeakerCount count = new(SpeakerGolden.OptionalInt(golden.GetProperty("oracle_num")));
            JsonElement expected = GoldenData.Expected(golden);
            CompareEigenvalues(expected, set, what);

            int[] labels = SpeakerClustering.Cluster(set, count, SpeakerGolden.Reference, default);
            labels.Length.ShouldBe(set.Count, what);
            if (IsStable(expected))
            {
                labels.ShouldBe(SpeakerGolden.Ints(expected.GetProperty("labels_by_first_appearance")), what);
                ClusterLabels.Count(labels).ShouldBe(expected.GetProperty("speakers").GetInt32(), what);
                compared++;
            }

            cases++;
        }

        TestContext.Current.SendDiagnosticMessage($"{cases} clusterings, {compared} of them stable in the reference and compared");
        compared.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Turns_match_the_reference()
    {
        int cases = 0;
        foreach (JsonElement golden in GoldenData.Load("7-speakers", "turns.json").GetProperty("cases").EnumerateArray())
        {
            IReadOnlyList<SpeakerTurn> turns = TurnBuilder.Build(
                [.. golden.GetProperty("chunks").EnumerateArray().Select(chunk => (chunk[0].GetDouble(), chunk[1].GetDouble()))],
                SpeakerGolden.Ints(golden.GetProperty("labels")),
                minTurnSeconds: 0.7,
                referenceCompatible: true);
            turns.ShouldBe(SpeakerGolden.Turns(GoldenData.Expected(golden)), golden.GetProperty("id").GetString());
            cases++;
        }

        cases.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Speakers_of_sentences_match_the_reference()
    {
        int cases = 0;
        foreach (JsonElement golden in GoldenData.Load("7-speakers", "sentence_speakers.json").GetProperty("cases").EnumerateArray())
        {
            string id = golden.GetProperty("id").GetString()!;
            SpeakerTurn[] turns = SpeakerGolden.Turns(golden.GetProperty("turns"));
            JsonElement[] sentences = [.. golden.GetProperty("sentences").EnumerateArray()];
            JsonElement expected = GoldenData.Expected(golden);
            cases++;
            if (expected.ValueKind == JsonValueKind.Object)
            {
                // Fails there for a sentence without start; here a sentence always has one.
                sentences.ShouldContain(sentence => sentence.GetProperty("start").ValueKind == JsonValueKind.Null, id);
                continue;
            }

            sentences.Select(sentence => SpeakerAssigner.AsReference(sentence.GetProperty("start").GetInt32(), sentence.GetProperty("end").GetInt32(), turns))
                .ShouldBe(SpeakerGolden.Ints(expected), id);
        }

        cases.ShouldBeGreaterThan(0);
    }

    // The reference computes in 32-bit floats: where a value is nothing but rounding, only its size can be compared.
    private static void CompareEigenvalues(JsonElement expected, EmbeddingSet set, string what)
    {
        if (!expected.TryGetProperty("eigenvalues", out JsonElement values))
            return;
        double[] actual = SpectralClustering.Decompose(set, values.GetArrayLength(), SpeakerGolden.Reference, default).Values;
        actual.Length.ShouldBe(values.GetArrayLength(), what);
        for (int i = 0; i < actual.Length; i++)
            actual[i].ShouldBe(values[i].GetDouble(), 1e-4 + (1e-3 * Math.Abs(values[i].GetDouble())), $"{what}, eigenvalue {i}");
    }

    // Whether the reference agrees with itself under other seeds (ten starts, as here) and in double precision.
    private static bool IsStable(JsonElement expected)
        => !expected.TryGetProperty("same_partition", out JsonElement same)
            || (same.GetProperty("ten_starts").GetInt32() == same.GetProperty("seeds").GetInt32() && same.GetProperty("double_precision").GetBoolean());
}
