using Parley.Models.Onnx;

namespace Parley.Tests.Optimization;

/// <summary>Transposed convolutions as products, against those of ONNX Runtime.</summary>
public sealed class UpsamplingProductsTests : RewrittenNetworks
{
    [Theory]
    [InlineData(16, 24, 3, true)]
    [InlineData(5, 7, 2, false)]
    public void They_give_the_same_numbers(int channels, int outputs, int taps, bool hasBias)
    {
        string rewritten = Rewrite(Graph(channels, outputs, taps, hasBias, GraphFile.Numbers("strides", taps)), UpsamplingProducts.Apply, expected: 1);

        OnnxModel.Read(rewritten).Nodes.ShouldNotContain(node => node.Operator == "ConvTranspose");
        foreach (int frames in (ReadOnlySpan<int>)[1, 9])
        {
            Random random = new(frames);
            float[] input = [.. Enumerable.Range(0, 2 * channels * frames).Select(_ => random.NextSingle() - 0.5f)];
            float[] actual = Run(rewritten, input, 2, channels, frames), expected = Run(Original, input, 2, channels, frames);
            actual.Length.ShouldBe(2 * outputs * taps * frames);
            actual.Zip(expected, (one, other) => Math.Abs(one - other)).Max().ShouldBeLessThan(1e-5f, $"{frames} frames");
        }
    }

    [Fact]
    public void Others_stay_as_they_are()
    {
        Rewrite(Graph(8, 8, 3, hasBias: true, GraphFile.Numbers("strides", 2)), UpsamplingProducts.Apply, expected: 0); // steps overlap
        Rewrite(Graph(8, 8, 3, hasBias: true, GraphFile.Numbers("strides", 3), GraphFile.Numbers("pads", 1, 1)), UpsamplingProducts.Apply, expected: 0);
        Rewrite(Graph(8, 8, 3, hasBias: true, GraphFile.Numbers("strides", 3), GraphFile.Numbers("output_padding", 1)), UpsamplingProducts.Apply, expected: 0);
    }

    [Fact]
    public void Damage_anywhere_is_named_or_harmless()
        => DamagedNetworks.AreNamedOrHarmless(Graph(8, 4, 3, hasBias: true, GraphFile.Numbers("strides", 3)), Original, seed: 3, static (model, edit) => UpsamplingProducts.Apply(model, edit));

    private static GraphFile Graph(int channels, int outputs, int taps, bool hasBias, params byte[][] attributes)
    {
        Random random = new(4);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        GraphFile graph = new GraphFile()
            .Input("x", GraphFile.Float, "B", $"{channels}", "T")
            .Output("y", GraphFile.Float, "B", $"{outputs}", "T2")
            .Tensor("w", GraphFile.Float, Values(channels * outputs * taps), channels, outputs, taps);
        if (hasBias)
            graph = graph.Tensor("b", GraphFile.Float, Values(outputs), outputs);
        return graph.Node("ConvTranspose", hasBias ? ["x", "w", "b"] : ["x", "w"], ["y"], attributes);
    }
}
