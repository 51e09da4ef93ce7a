using System.Text.Json;
using Parley.Tests.Golden;
using Parley.Vad;

namespace Parley.Tests.Vad;

/// <summary>Made-up scores straight into the state machine; the data is in the repository (see tests/data/golden/README.md).</summary>
[Trait("Group", "golden")]
public sealed class VadSyntheticTests
{
    private static readonly string Folder = Path.Combine(TestPaths.RepositoryRoot, "tests", "data", "golden", "2-vad");

    [Fact]
    public void Segments_of_made_up_scores_equal_the_reference()
    {
        float[] scores = NpyArray.Load(Path.Combine(Folder, "synthetic.sil.npy")).Values;
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "synthetic.json")));
        int cases = 0;
        foreach (JsonElement item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            VadOptions options = VadGolden.Options(VadOptions.Classic, item.GetProperty("options"));
            ReadOnlySpan<float> silence = scores.AsSpan(item.GetProperty("offset").GetInt32(), item.GetProperty("count").GetInt32());
            IEnumerable<int> blocks = item.GetProperty("blocks").EnumerateArray().Select(block => block.GetInt32());

            VadGolden.Run(options, silence, blocks: blocks).ToArray().ShouldBe(VadGolden.Segments(GoldenData.Expected(item)), item.GetProperty("id").GetString());
            cases++;
        }

        cases.ShouldBePositive();
    }
}
