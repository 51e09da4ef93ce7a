using Parley.Inference;
using Parley.Inference.Optimized;
using Parley.Models;
using Parley.Optimization;
using Parley.Tests.Inference;

namespace Parley.Tests.Optimization;

/// <summary>Real networks, those of the demo bundle: their weights in a file that the runtime maps into memory.</summary>
public sealed class NetworkMappingTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public NetworkMappingTests()
    {
        foreach (string file in Directory.GetFiles(TestPaths.DemoBundle, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(_folder.Path, Path.GetRelativePath(TestPaths.DemoBundle, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private SpeakerModelFiles Speakers => ModelBundle.Load(_folder.Path).Stages.OfType<SpeakerModelFiles>().Single();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_network_that_is_large_enough_is_mapped_and_says_the_same()
    {
        foreach (StageModelFiles stage in ModelBundle.Load(_folder.Path).Stages)
        {
            // The gate inside compares every number of every run.
            Map(stage).ShouldBe(MappingOutcome.Mapped, stage.Stage.ToString());
            Map(stage).ShouldBe(MappingOutcome.Mapped);
            using ModelSession session = ModelSession.Load(stage.ModelPath, new InferenceOptions { Threads = 1 });
            session.IsOptimized.ShouldBeFalse(); // another form, not another network
        }

        Map(Speakers, smallestBytes: long.MaxValue).ShouldBe(MappingOutcome.TooSmall);
        Directory.GetDirectories(_folder.Path, "*.tmp", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public void A_mapped_network_is_what_is_loaded()
    {
        Map(Speakers);
        string network = MappedModels.FileFor(Speakers.ModelPath, Speakers.ModelPath)!;
        NetworkFile.Best(Speakers.ModelPath, new HashSet<string>()).ShouldBe(new NetworkFile(network, IsRewritten: false, IsMapped: true));
        NetworkFile.Best(Speakers.ModelPath, new HashSet<string> { network }).ShouldBe(new NetworkFile(Speakers.ModelPath, IsRewritten: false, IsMapped: false));
    }

    [Fact]
    public void What_is_damaged_or_outdated_is_passed_over()
    {
        SpeakerModelFiles speakers = Speakers;
        Map(speakers);
        string network = MappedModels.FileFor(speakers.ModelPath, speakers.ModelPath)!;
        File.WriteAllBytes(network, new byte[new FileInfo(network).Length]);
        Embed(speakers).ShouldBeGreaterThan(0);

        // Weights that end early would end the process, so their length is looked at.
        using (FileStream weights = new(Path.Combine(Path.GetDirectoryName(network)!, "weights.bin"), FileMode.Open))
            weights.SetLength(weights.Length - 1);
        MappedModels.FileFor(speakers.ModelPath, speakers.ModelPath).ShouldBeNull();
        Map(speakers).ShouldBe(MappingOutcome.Refused);
        Map(speakers, again: true).ShouldBe(MappingOutcome.Mapped);

        File.SetLastWriteTimeUtc(speakers.ModelPath, DateTime.UtcNow.AddMinutes(1));
        MappedModels.IsKnown(speakers.ModelPath, speakers.ModelPath).ShouldBeFalse();
        Map(speakers).ShouldBe(MappingOutcome.Mapped);
        Directory.GetDirectories(_folder.Path, "*.mapped", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_loaded_model_takes_up_the_mapped_form_and_goes_on()
    {
        using ModelSession session = ModelSession.Load(Speakers.ModelPath, new InferenceOptions { Threads = 1 });
        float before = Embed(session);
        Map(Speakers);
        session.TakeUpOptimized();
        Embed(session).ShouldBe(before);
    }

    private static MappingOutcome Map(StageModelFiles stage, long smallestBytes = 0, bool again = false)
        => new ModelOptimizer(Path.Combine(TestPaths.Samples, "hello.wav")) { SmallestMappedBytes = smallestBytes, Again = again, Rewrites = [] }
            .Optimize(stage, null, CancellationToken.None).Mapping;

    private static float Embed(SpeakerModelFiles speakers)
    {
        using ModelSession session = ModelSession.Load(speakers.ModelPath, new InferenceOptions { Threads = 1 });
        return Embed(session);
    }

    private static float Embed(ModelSession session)
    {
        float[] features = [.. Enumerable.Range(0, 148 * 80).Select(i => MathF.Sin(i))];
        using ModelOutputs outputs = session.Run([ModelInput.Of(session.Inputs[0].Name, features, 1, 148, 80)], CancellationToken.None);
        float sum = 0;
        foreach (float value in outputs.Floats(session.Outputs[0].Name))
            sum += MathF.Abs(value);
        return sum;
    }
}
