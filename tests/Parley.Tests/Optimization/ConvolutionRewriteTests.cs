using System.Numerics.Tensors;
using Parley.Inference;
using Parley.Inference.Kernels;
using Parley.Inference.Optimized;
using Parley.Models;
using Parley.Models.Onnx;
using Parley.Optimization;
using Parley.Tests.Inference;

namespace Parley.Tests.Optimization;

/// <summary>What becomes of convolutions: small graphs, and the demo bundle's speaker network.</summary>
public sealed class ConvolutionRewriteTests : IDisposable
{
    private const int Frames = 40, Channels = 8;

    private readonly TempFolder _folder = new();
    private readonly ScratchFiles _scratch;

    public ConvolutionRewriteTests() => _scratch = new ScratchFiles(_folder.Path, ".test-");

    private string Original => Path.Combine(_folder.Path, "original.onnx");

    private static float[] Input(int batch, int channels, int frames) => [.. Enumerable.Range(0, batch * channels * frames).Select(i => MathF.Sin(i * 0.37f) + (MathF.Cos(i * i) / 2))];

    public void Dispose()
    {
        _scratch.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Convolutions_over_one_axis_give_the_same_over_two()
    {
        string rewritten = Rewrite(Graphs.Convolutions(), (model, edit) => FlatConvolutions.Apply(model, edit), expected: 3);

        OnnxModel model = OnnxModel.Read(rewritten);
        model.Tensors.Where(tensor => tensor.Name.EndsWith("_2d", StringComparison.Ordinal)).ShouldAllBe(tensor => tensor.Dims.Count == 4);
        model.Tensors.ShouldNotContain(tensor => tensor.Dims.Count == 3);
        model.Nodes.Count(node => node.Operator == "Relu").ShouldBe(2);
        float[] expected = Run(Original), actual = Run(rewritten);
        actual.Length.ShouldBe(expected.Length);
        TensorPrimitives.Distance(actual, expected).ShouldBeLessThan(1e-4f);
    }

    [Theory]
    [InlineData(13)]
    [InlineData(11)]
    public void Convolutions_in_8_bits_give_nearly_the_same(int opset)
    {
        string rewritten = Rewrite(Graphs.Convolutions(opset), (model, edit) => QuantizedConvolutions.Apply(model, edit, Observe, largestWeight: 63), expected: 2);

        OnnxModel model = OnnxModel.Read(rewritten);
        model.Tensors.Where(tensor => tensor.Type == GraphFile.Int8).Select(tensor => tensor.Dims.Count).Order().ShouldBe([1, 1, 4, 4]);
        model.Nodes.Count(node => node.Operator == "Relu").ShouldBe(1); // the other one is the smallest byte
        float[] expected = Run(Original), actual = Run(rewritten);
        TensorPrimitives.CosineSimilarity(actual, expected).ShouldBeInRange(0.999f, 0.999999f);
    }

    [Fact]
    public void Convolutions_whose_values_were_not_seen_stay_as_they_are()
    {
        OnnxModel model = OnnxModel.Read(Graphs.Convolutions().Save(Original));
        QuantizedConvolutions.Apply(model, new OnnxEdit(model), static (_, _) => new Dictionary<string, ObservedTensor>(), largestWeight: 63).ShouldBe(0);
    }

    [Fact]
    public void A_window_of_one_segment_needs_its_context_once()
    {
        OnnxModel model = Simplified();
        OnnxEdit edit = new(model);
        SingleSegmentContext.Apply(model, edit, Observing(148)).ShouldBe(17);
        OnnxModel shorter = OnnxModel.Read(_scratch.Write(edit, CancellationToken.None));

        shorter.Nodes.ShouldNotContain(node => node.Operator == "AveragePool" || node.Operator == "Expand");
        shorter.Inputs.ShouldHaveSingleItem().Axes.ShouldBe([-1, 148, 80]);
        TensorPrimitives.Distance(Embed(shorter.Path, 3, 148), Embed(model.Path, 3, 148)).ShouldBeLessThan(1e-3f);
        Should.Throw<InferenceException>(() => Embed(shorter.Path, 1, 150)); // longer windows may have more segments
    }

    [Fact]
    public void A_window_of_several_segments_keeps_them()
    {
        OnnxModel model = Simplified();
        SingleSegmentContext.Apply(model, new OnnxEdit(model), Observing(400)).ShouldBe(0);
    }

    [Fact]
    public void The_speaker_network_says_nearly_the_same_in_8_bits()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(TestPaths.DemoBundle, "spk")))
            File.Copy(file, Path.Combine(_folder.Path, Path.GetFileName(file)));
        SpeakerModelFiles files = ModelBundle.Load(TestPaths.DemoBundle).Stages.OfType<SpeakerModelFiles>().Single() with { Directory = _folder.Path, ModelPath = Path.Combine(_folder.Path, "model.onnx") };
        List<string> told = [];

        StageOptimization result = new ModelOptimizer(Path.Combine(TestPaths.Samples, "interview.wav")) { Speed = static (_, _, _, _) => (2, 1) }
            .Optimize(files, told.Add, CancellationToken.None);

        result.Outcome.ShouldBe(OptimizationOutcome.Accepted);
        bool usesOwn = ProcessorTraits.SaturatesPairs && OwnOperators.AreSupported, hasPlanes = OwnOperators.AreSupported && !ProcessorTraits.HasLongVectors;
        result.Verdict!.Rewritten.ShouldBe(
            $"17 single-segment contexts, {(usesOwn ? "17 dense layers, 1" : "38")} 8-bit convolutions{(hasPlanes ? ", 7 convolutions over planes" : "")}", string.Join('\n', told));
        Directory.GetFiles(Path.Combine(_folder.Path, ".parley"), "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public void What_stands_in_for_a_way_is_tried_where_that_is_refused()
    {
        OnnxModel model = OnnxModel.Read(Path.Combine(TestPaths.DemoBundle, "spk", "model.onnx"));
        Parley.Optimization.Rewrite.Plans(ModelStage.Speakers, model, Parley.Optimization.Rewrite.All).Select(plan => string.Join(", ", plan.Select(rewrite => rewrite.Name))).ShouldBe(
            [
                "single-segment contexts, dense layers, 8-bit convolutions, convolutions over planes",
                "single-segment contexts, dense layers, convolutions over planes, 2-D convolutions",
                "single-segment contexts, dense layers, 8-bit convolutions",
                "single-segment contexts, dense layers, convolutions over planes",
                "single-segment contexts, 8-bit convolutions, convolutions over planes",
                "dense layers, 8-bit convolutions, convolutions over planes",
                "single-segment contexts",
                "dense layers",
                "8-bit convolutions",
                "convolutions over planes",
                "2-D convolutions",
            ]);
        Parley.Optimization.Rewrite.Plans(ModelStage.Asr, model, Parley.Optimization.Rewrite.All).ShouldBeEmpty();
    }

    [Fact]
    public void Damage_anywhere_is_named_or_harmless() => DamagedNetworks.AreNamedOrHarmless(Graphs.Convolutions(), Original, seed: 4, static (model, edit) =>
    {
        QuantizedConvolutions.Apply(model, edit, SeeAnything, largestWeight: 63);
        SingleSegmentContext.Apply(model, edit, SeeAnything);
        FlatConvolutions.Apply(model, edit);
    });

    private static IReadOnlyDictionary<string, ObservedTensor> SeeAnything(OnnxModel model, IReadOnlyCollection<string> names)
        => names.Distinct(StringComparer.Ordinal).ToDictionary(name => name, _ => new ObservedTensor([1, 8, 40], -1, 1), StringComparer.Ordinal);

    private static float[] Run(string path)
    {
        using ModelSession session = ModelSession.Load(path, new InferenceOptions { Threads = 1, UseOptimized = false });
        using ModelOutputs outputs = session.Run([ModelInput.Of("x", Input(2, Channels, Frames), 2, Channels, Frames)], CancellationToken.None);
        return outputs.Floats("y").ToArray();
    }

    private static float[] Embed(string path, int batch, int frames)
    {
        using ModelSession session = ModelSession.Load(path, new InferenceOptions { Threads = 1, UseOptimized = false });
        using ModelOutputs outputs = session.Run([ModelInput.Of(session.Inputs[0].Name, Input(batch, frames, 80), batch, frames, 80)], CancellationToken.None);
        return outputs.Floats(session.Outputs[0].Name).ToArray();
    }

    private IReadOnlyDictionary<string, ObservedTensor> Observe(OnnxModel model, IReadOnlyCollection<string> names)
        => new Calibration(new Samples(Input(1, Channels, Frames), [1, Channels, Frames]), _scratch, CancellationToken.None).Observe(model, names);

    private TensorObserver Observing(int frames) => new Calibration(new Samples(Input(1, frames, 80), [1, frames, 80]), _scratch, CancellationToken.None).Observe;

    private OnnxModel Simplified()
    {
        string path = _scratch.Add();
        WrittenNetwork.WriteSimplified(Path.Combine(TestPaths.DemoBundle, "spk", "model.onnx"), path);
        return OnnxModel.Read(path);
    }

    private string Rewrite(GraphFile graph, Func<OnnxModel, OnnxEdit, int> apply, int expected)
    {
        OnnxModel model = OnnxModel.Read(graph.Save(Original));
        OnnxEdit edit = new(model);
        apply(model, edit).ShouldBe(expected);
        return _scratch.Write(edit, CancellationToken.None);
    }

    private sealed class Samples(float[] values, long[] shape) : StageProbe
    {
        public override string DecisionName => "none";

        public override ProbeAnswer Ask(ModelSession session, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override IEnumerable<CalibrationInput> Calibration(ModelSession session) => [new CalibrationInput(session.Inputs[0].Name, values, shape)];
    }
}
