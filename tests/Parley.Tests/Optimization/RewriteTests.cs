using Parley.Models;
using Parley.Models.Onnx;

namespace Parley.Tests.Optimization;

public sealed class RewriteTests : RewrittenNetworks
{
    [Fact]
    public void Signed_weights_give_the_same_numbers()
    {
        string rewritten = Rewrite(Graphs.Matrix(spread: 60), (model, edit) => SignedWeights.Apply(model, edit, avoidSaturation: true), expected: 1);

        OnnxModel model = OnnxModel.Read(rewritten);
        model.Tensors.Select(tensor => (tensor.Name, tensor.Type)).ShouldBe([("weights", 3ul), ("zero", 3ul)]);
        Run(rewritten, Rows, 3, 8).ShouldBe(Run(Original, Rows, 3, 8));
    }

    [Fact]
    public void Weights_that_could_saturate_stay_unsigned_where_processors_do_that()
    {
        OnnxModel model = Read(Graphs.Matrix(spread: 127));

        SignedWeights.Apply(model, new OnnxEdit(model), avoidSaturation: true).ShouldBe(0);
        SignedWeights.Apply(model, new OnnxEdit(model), avoidSaturation: false).ShouldBe(1);
    }

    [Fact]
    public void Weights_that_another_node_reads_stay_as_they_are()
        => Rewrite(Graphs.Matrix(spread: 60, otherUse: true), (model, edit) => SignedWeights.Apply(model, edit, avoidSaturation: false), expected: 0);

    [Theory]
    [InlineData(false, new[] { 0.01f, 0.02f, 0.01f, 0.03f })]
    [InlineData(true, new[] { 0.01f, 0.02f, 0.01f, 0.03f })]
    [InlineData(false, new[] { 0.01f })]
    public void Rounded_weights_have_seven_bits_and_larger_scales(bool isJoined, float[] scales)
    {
        string rewritten = Rewrite(Graphs.ScaledMatrix(spread: 127, isJoined, scales), RoundedWeights.Apply, expected: 1);

        OnnxModel model = OnnxModel.Read(rewritten);
        model.Tensors.Select(tensor => (tensor.Name, tensor.Type)).ShouldBe([("weights", 3ul), ("zero", 3ul), ("scales", 1ul)]);
        Values(rewritten, model.Tensors[0]).ShouldAllBe(weight => Math.Abs((sbyte)weight) <= 64);
        Values(rewritten, model.Tensors[1]).ShouldBe(new byte[4]);

        // Half a step of the larger scale (127 / 64 of the old one), eight products, numbers up to 3.
        float[] expected = Run(Original, Rows, 3, 8), actual = Run(rewritten, Rows, 3, 8);
        actual.Zip(expected, (one, other) => Math.Abs(one - other)).Max().ShouldBeInRange(1e-6f, scales.Max() * 2 * 0.5f * 8 * 3);
    }

    [Fact]
    public void Weights_of_seven_bits_already_are_not_rounded()
    {
        string rewritten = Rewrite(Graphs.ScaledMatrix(spread: 60, isJoined: false, 0.01f, 0.02f, 0.01f, 0.03f), RoundedWeights.Apply, expected: 1);

        Run(rewritten, Rows, 3, 8).ShouldBe(Run(Original, Rows, 3, 8));
    }

    [Fact]
    public void Weights_without_a_scale_of_their_own_are_not_rounded()
    {
        Rewrite(Graphs.Matrix(spread: 60), RoundedWeights.Apply, expected: 0);
        Rewrite(Graphs.ScaledMatrix(127, isJoined: true, 0.01f).Node("Cast", ["scales"], ["z"], GraphFile.Number("to", GraphFile.Float)), RoundedWeights.Apply, expected: 0);
        Rewrite(Graphs.ScaledMatrix(127, isJoined: true, float.MaxValue), RoundedWeights.Apply, expected: 0);
    }

    [Fact]
    public void An_lstm_with_small_weights_gives_nearly_the_same_numbers()
    {
        float[] input = [.. Enumerable.Range(0, 12 * 5).Select(i => MathF.Sin(i))];
        string rewritten = Rewrite(Graphs.Lstm(), QuantizedLstm.Apply, expected: 1);

        OnnxModel model = OnnxModel.Read(rewritten);
        model.Nodes.ShouldHaveSingleItem().Operator.ShouldBe("DynamicQuantizeLSTM");
        model.Tensors.Select(tensor => tensor.Name).ShouldBe(["b", "w_int8", "w_scale", "w_zero_point", "r_int8", "r_scale", "r_zero_point"]);
        model.Domains.ShouldBe(["", "com.microsoft"], ignoreOrder: true);
        float[] expected = Run(Original, input, 12, 1, 5), actual = Run(rewritten, input, 12, 1, 5);
        actual.Zip(expected, (one, other) => Math.Abs(one - other)).Max().ShouldBeInRange(1e-6f, 0.03f);
    }

    [Fact]
    public void An_lstm_of_another_kind_stays_as_it_is() => Rewrite(Graphs.Lstm("layout"), QuantizedLstm.Apply, expected: 0);

    [Fact]
    public void What_nobody_changed_is_copied_byte_for_byte()
    {
        foreach (string path in Directory.GetFiles(Path.Combine(TestPaths.RepositoryRoot, "tests", "data", "tiny-models"), "*.onnx"))
        {
            OnnxModel model = OnnxModel.Read(path);
            using MemoryStream copy = new();
            new OnnxEdit(model).Write(copy, CancellationToken.None);
            copy.ToArray().ShouldBe(File.ReadAllBytes(path));
        }
    }

    [Theory]
    [InlineData(13, "keeps weights in other files")]
    [InlineData(8, "two of its tensors have the same name")]
    public void Graphs_that_are_not_understood_are_left_alone(int field, string expected)
    {
        GraphFile graph = Graphs.Matrix(60).Tensor("more", GraphFile.UInt8, [1, 2], tensor => field == 8 ? tensor.Text(8, "weights") : tensor.Bytes(field, []), 2);
        Read(graph).Obstacle!.ShouldContain(expected);
    }

    [Fact]
    public void Damage_anywhere_is_named_or_harmless()
    {
        byte[] whole = Graphs.Lstm().ToArray();
        Random random = new(3);
        for (int round = 0; round < 600; round++)
        {
            byte[] damaged = round < 200 ? whole[..random.Next(whole.Length)] : [.. whole];
            for (int i = 0; i < 3 && damaged.Length > 0; i++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(Original, damaged);
            try
            {
                OnnxModel model = OnnxModel.Read(Original);
                OnnxEdit edit = new(model);
                SignedWeights.Apply(model, edit, avoidSaturation: true);
                QuantizedLstm.Apply(model, edit);
                RoundedWeights.Apply(model, new OnnxEdit(model));
                PackedProducts.Apply(model, new OnnxEdit(model));
                TimeConvolutions.Apply(model, new OnnxEdit(model));
                LstmRecurrences.Apply(model, new OnnxEdit(model));
                edit.Write(Stream.Null, CancellationToken.None);
            }
            catch (ModelFileException error)
            {
                error.Path.ShouldBe(Original);
            }
        }
    }

    [Fact]
    public void A_tensor_that_claims_more_than_it_holds_is_not_touched()
    {
        OnnxModel model = Read(new GraphFile().Tensor("w", GraphFile.Float, [1f], 1L << 40, 1L << 40, 1L << 40).Tensor("r", GraphFile.Float, [1f], -1, 2, 3)
            .Node("LSTM", ["x", "w", "r"], ["y"]));
        model.Tensors.Select(tensor => tensor.Count).ShouldBe([-1, -1]);
        QuantizedLstm.Apply(model, new OnnxEdit(model)).ShouldBe(0);
        LstmRecurrences.Apply(model, new OnnxEdit(model)).ShouldBe(0);
    }

    private static float[] Rows => [.. Enumerable.Range(0, 24).Select(i => MathF.Cos(i) * 3)];

    private static byte[] Values(string path, OnnxTensor tensor) => File.ReadAllBytes(path).AsSpan((int)tensor.Raw!.Value.ValueStart, (int)tensor.Raw.Value.Length).ToArray();
}
