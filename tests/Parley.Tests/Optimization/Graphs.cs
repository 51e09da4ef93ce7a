namespace Parley.Tests.Optimization;

/// <summary>Small networks with the parts that are rewritten.</summary>
internal static class Graphs
{
    /// <summary>Rows of 8 numbers, quantised as they come, times unsigned 8-bit weights [8, 4] around 128.</summary>
    /// <param name="spread">How far weights go from 128.</param>
    /// <param name="otherUse">Whether another node reads the weights as they are.</param>
    public static GraphFile Matrix(int spread, bool otherUse = false)
    {
        Random random = new(1);
        GraphFile graph = new GraphFile()
            .Input("x", GraphFile.Float, "N", "8")
            .Output("y", GraphFile.Float, "N", "4")
            .Tensor("weights", GraphFile.UInt8, Enumerable.Range(0, 32).Select(i => (byte)(i < 2 ? 128 + spread : random.Next(128 - spread, 129 + spread))).ToArray(), 8, 4)
            .Tensor("zero", GraphFile.UInt8, new byte[] { 128, 120, 130, 128 }, 4)
            .Node("DynamicQuantizeLinear", ["x"], ["small", "scale", "x_zero"])
            .Node("MatMulInteger", ["small", "weights", "x_zero", "zero"], ["product"])
            .Node("Cast", ["product"], ["y"], GraphFile.Number("to", GraphFile.Float));
        return otherUse ? graph.Node("Cast", ["weights"], ["z"], GraphFile.Number("to", GraphFile.Float)).Output("z", GraphFile.Float, "8", "4") : graph;
    }

    /// <summary>Rows of 8 numbers times unsigned 8-bit weights [8, 4], with their scales, as exporters write it or as ONNX Runtime joins it.</summary>
    /// <param name="spread">How far weights go from their zero points.</param>
    /// <param name="isJoined">Whether one node does it all.</param>
    /// <param name="scales">Scales of the columns; one for all where there is one.</param>
    public static GraphFile ScaledMatrix(int spread, bool isJoined = false, params float[] scales)
    {
        Random random = new(4);
        GraphFile graph = new GraphFile()
            .Input("x", GraphFile.Float, "N", "8")
            .Output("y", GraphFile.Float, "N", "4")
            .Tensor("weights", GraphFile.UInt8, Enumerable.Range(0, 32).Select(i => (byte)(i < 8 ? 128 + spread : random.Next(128 - spread, 129 + spread))).ToArray(), 8, 4)
            .Tensor("zero", GraphFile.UInt8, new byte[] { 128, 128, 128, 128 }, 4)
            .Tensor("scales", GraphFile.Float, scales, scales.Length);
        return isJoined
            ? graph.Node("DynamicQuantizeMatMul", "com.microsoft", ["x", "weights", "scales", "zero"], ["y"])
            : graph.Node("DynamicQuantizeLinear", ["x"], ["small", "scale", "x_zero"])
                .Node("MatMulInteger", ["small", "weights", "x_zero", "zero"], ["product"])
                .Node("Cast", ["product"], ["large"], GraphFile.Number("to", GraphFile.Float))
                .Node("Mul", ["scale", "scales"], ["both"])
                .Node("Mul", ["large", "both"], ["y"]);
    }

    /// <summary>Rows of numbers times 8-bit weights, with a scale and a zero point for each column; a bias and a Relu behind it.</summary>
    /// <param name="weights">[rows, columns], from 0 on.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="isSigned">Whether the same weights are written as signed bytes, zero points too.</param>
    /// <param name="hasBias">Whether there is a bias.</param>
    /// <param name="hasRelu">Whether there is a Relu.</param>
    /// <param name="isRectified">Whether there is one in front, too.</param>
    public static GraphFile Product(byte[] weights, int columns, bool isSigned, bool hasBias, bool hasRelu, bool isRectified = false)
    {
        int type = isSigned ? GraphFile.Int8 : GraphFile.UInt8, rows = weights.Length / columns, offset = isSigned ? 128 : 0;
        string scaled = hasBias || hasRelu ? "scaled" : "y", biased = hasRelu ? "biased" : "y";
        GraphFile graph = new GraphFile()
            .Input("x", GraphFile.Float, "B", "N", $"{rows}")
            .Output("y", GraphFile.Float, "B", "N", $"{columns}")
            .Tensor("weights", type, [.. weights.Select(item => (byte)(item + offset))], rows, columns)
            .Tensor("zero", type, [.. Enumerable.Range(0, columns).Select(i => (byte)(128 + (i % 3) + offset))], columns)
            .Tensor("scales", GraphFile.Float, [.. Enumerable.Range(0, columns).Select(i => 0.5f + (i % 5))], columns);
        if (isRectified)
            graph = graph.Node("Relu", ["x"], ["cut"]);
        graph = graph
            .Node("DynamicQuantizeLinear", [isRectified ? "cut" : "x"], ["small", "scale", "x_zero"])
            .Node("MatMulInteger", ["small", "weights", "x_zero", "zero"], ["product"])
            .Node("Cast", ["product"], ["large"], GraphFile.Number("to", GraphFile.Float))
            .Node("Mul", ["scale", "scales"], ["both"])
            .Node("Mul", ["large", "both"], [scaled]);
        if (hasBias)
            graph = graph.Tensor("bias", GraphFile.Float, [.. Enumerable.Range(0, columns).Select(i => (float)i)], columns).Node("Add", ["bias", scaled], [biased]);
        return hasRelu ? graph.Node("Relu", [hasBias ? biased : scaled], ["y"]) : graph;
    }

    /// <summary>A memory: frames of channels, turned over, a convolution over time for each channel, turned back, and the frames added.</summary>
    /// <param name="channels">Channels.</param>
    /// <param name="taps">Frames that are seen at a time.</param>
    /// <param name="before">Those before the one that is computed.</param>
    /// <param name="isPadded">Whether a node of its own puts zeros around.</param>
    /// <param name="isAdded">Whether the frames are added.</param>
    public static GraphFile Memory(int channels, int taps, int before, bool isPadded, bool isAdded)
    {
        Random random = new(7);
        int after = taps - 1 - before;
        GraphFile graph = new GraphFile()
            .Input("x", GraphFile.Float, "B", "T", $"{channels}")
            .Output("y", GraphFile.Float, "B", "T", $"{channels}")
            .Tensor("w", GraphFile.Float, [.. Enumerable.Range(0, channels * taps).Select(_ => random.NextSingle() - 0.5f)], channels, 1, taps)
            .Node("Transpose", ["x"], ["turned"], GraphFile.Numbers("perm", 0, 2, 1));
        if (isPadded)
            graph = graph.Tensor("around", GraphFile.Int64, [0L, 0, before, 0, 0, after], 6).Node("Pad", ["turned", "around"], ["padded"]);
        graph = graph
            .Node("Conv", [isPadded ? "padded" : "turned", "w"], ["seen"], GraphFile.Number("group", channels), GraphFile.Numbers("pads", isPadded ? 0 : before, isPadded ? 0 : after))
            .Node("Transpose", ["seen"], [isAdded ? "back" : "y"], GraphFile.Numbers("perm", 0, 2, 1));
        return isAdded ? graph.Node("Add", ["back", "x"], ["y"]) : graph;
    }

    /// <summary>Planes [N, inputs, H, W]: a convolution and a residual block whose first convolution steps over rows, then one more whose outcome is added to what it reads.</summary>
    public static GraphFile Planes(int inputs, int channels, int stride)
    {
        Random random = new(9);
        float[] Weights(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) / channels)];
        byte[] around = GraphFile.Numbers("pads", 1, 1, 1, 1), steps = GraphFile.Numbers("strides", stride, 1);
        return new GraphFile()
            .Input("x", GraphFile.Float, "N", $"{inputs}", "H", "W")
            .Output("y", GraphFile.Float, "N", $"{channels}", "H2", "W")
            .Tensor("w1", GraphFile.Float, Weights(channels * inputs * 9), channels, inputs, 3, 3)
            .Tensor("w2", GraphFile.Float, Weights(channels * channels), channels, channels, 1, 1)
            .Tensor("w3", GraphFile.Float, Weights(channels * channels * 9), channels, channels, 3, 3)
            .Tensor("w4", GraphFile.Float, Weights(channels * channels * 9), channels, channels, 3, 3)
            .Tensor("w5", GraphFile.Float, Weights(channels * channels * 9), channels, channels, 3, 3)
            .Tensor("b1", GraphFile.Float, Weights(channels), channels)
            .Tensor("b2", GraphFile.Float, Weights(channels), channels)
            .Node("Conv", ["x", "w1", "b1"], ["c1"], around)
            .Node("Relu", ["c1"], ["a"])
            .Node("Conv", ["a", "w2", "b2"], ["s"], steps)
            .Node("Conv", ["a", "w3", "b2"], ["c3"], around, steps)
            .Node("Relu", ["c3"], ["b"])
            .Node("Conv", ["b", "w4", "b1"], ["c4"], around)
            .Node("Add", ["c4", "s"], ["d"])
            .Node("Relu", ["d"], ["e"])
            .Node("Conv", ["e", "w5"], ["f"], around)
            .Node("Add", ["e", "f"], ["y"]);
    }

    /// <summary>A memory of the second half of what a product makes of frames, with a mask before and behind it: the first number of each frame, if it is positive.</summary>
    /// <param name="channels">Channels, and numbers of a frame.</param>
    /// <param name="taps">Frames that are seen at a time.</param>
    /// <param name="before">Those before the one that is computed.</param>
    public static GraphFile MaskedMemory(int channels, int taps, int before)
    {
        Random random = new(13);
        return new GraphFile()
            .Input("x", GraphFile.Float, "B", "T", $"{channels}")
            .Output("y", GraphFile.Float, "B", "T", $"{channels}")
            .Tensor("weights", GraphFile.Float, [.. Enumerable.Range(0, channels * 2 * channels).Select(_ => random.NextSingle() - 0.5f)], channels, 2 * channels)
            .Tensor("w", GraphFile.Float, [.. Enumerable.Range(0, channels * taps).Select(_ => random.NextSingle() - 0.5f)], channels, 1, taps)
            .Tensor("zero", GraphFile.Int64, [0L])
            .Tensor("last", GraphFile.Int64, [2L], 1)
            .Tensor("widths", GraphFile.Int64, [(long)channels, channels], 2)
            .Node("Gather", ["x", "zero"], ["first"], GraphFile.Number("axis", 2))
            .Node("Relu", ["first"], ["positive"])
            .Node("Unsqueeze", ["positive", "last"], ["mask"])
            .Node("MatMul", ["x", "weights"], ["all"])
            .Node("Split", ["all", "widths"], ["left", "right"], GraphFile.Number("axis", -1))
            .Node("Mul", ["right", "mask"], ["masked"])
            .Node("Transpose", ["masked"], ["turned"], GraphFile.Numbers("perm", 0, 2, 1))
            .Node("Conv", ["turned", "w"], ["seen"], GraphFile.Number("group", channels), GraphFile.Numbers("pads", before, taps - 1 - before))
            .Node("Transpose", ["seen"], ["back"], GraphFile.Numbers("perm", 0, 2, 1))
            .Node("Add", ["back", "masked"], ["sum"])
            .Node("Mul", ["sum", "mask"], ["y"]);
    }

    /// <summary>Attention as exporters write it: a product that makes queries, keys and values of frames [batch, frames, 24], a mask that the first number of each frame gives, and heads.</summary>
    /// <param name="heads">Heads.</param>
    /// <param name="size">Numbers of a head.</param>
    /// <param name="isSplit">As FunASR's exports have it: Split, and queries scaled where they are multiplied. Otherwise slices whose ends are computed, and queries scaled at once.</param>
    /// <param name="shownHeads">Heads that the shapes speak of.</param>
    public static GraphFile Attention(int heads, int size, bool isSplit, int? shownHeads = null)
    {
        Random random = new(9);
        int width = heads * size, told = shownHeads ?? heads;
        GraphFile graph = new GraphFile()
            .Input("x", GraphFile.Float, "B", "T", "24")
            .Output("y", GraphFile.Float, "B", "T", $"{width}")
            .Tensor("weights", GraphFile.Float, [.. Enumerable.Range(0, 24 * 3 * width).Select(_ => random.NextSingle() - 0.5f)], 24, 3 * width)
            .Tensor("bias", GraphFile.Float, [.. Enumerable.Range(0, 3 * width).Select(_ => random.NextSingle() - 0.5f)], 3 * width)
            .Tensor("zero", GraphFile.Int64, [0L])
            .Tensor("from", GraphFile.Int64, [0L], 1)
            .Tensor("axis", GraphFile.Int64, [-1L], 1)
            .Tensor("middle", GraphFile.Int64, [1L, 2], 2)
            .Tensor("strength", GraphFile.Float, [-3f], 1)
            .Tensor("any", GraphFile.Int64, [-1L], 1)
            .Tensor("heads", GraphFile.Int64, [(long)told], 1)
            .Tensor("width", GraphFile.Int64, [(long)width], 1)
            .Node("Gather", ["x", "zero"], ["first"], GraphFile.Number("axis", 2))
            .Node("Mul", ["first", "strength"], ["strong"])
            .Node("Unsqueeze", ["strong", "middle"], ["mask"])
            .Node("MatMul", ["x", "weights"], ["product"])
            .Node("Add", ["bias", "product"], ["joint"]);
        graph = isSplit ? Halves(graph, width, size) : Computed(graph, told);
        graph = graph
            .Node("MatMul", ["q", "k"], ["scores"])
            .Node("Add", isSplit ? ["scores", "mask"] : ["mask", "scores"], ["masked"])
            .Node("Softmax", ["masked"], ["shares"], GraphFile.Number("axis", isSplit ? 3 : -1))
            .Node("MatMul", ["shares", "v"], ["mixed"])
            .Node("Transpose", ["mixed"], ["together"], GraphFile.Numbers("perm", 0, 2, 1, 3));
        return Length(graph, isSplit ? "together" : "q0", "batch").Node("Concat", ["batch", "any", "width"], ["shape"], GraphFile.Number("axis", 0)).Node("Reshape", ["together", "shape"], ["y"]);
    }

    private static GraphFile Length(GraphFile graph, string name, string length) => graph
        .Node("Shape", [name], [length + " shape"]).Node("Gather", [length + " shape", "zero"], [length + " alone"], GraphFile.Number("axis", 0)).Node("Unsqueeze", [length + " alone", "from"], [length]);

    private static GraphFile Headed(GraphFile graph, string name, string target, params long[] order)
        => Length(graph, name, target + " batch").Node("Concat", [target + " batch", "any", "heads", "size"], [target + " shape"], GraphFile.Number("axis", 0))
            .Node("Reshape", [name, target + " shape"], [target + " rows"]).Node("Transpose", [target + " rows"], [target], GraphFile.Numbers("perm", order));

    private static GraphFile Halves(GraphFile graph, int width, int size)
    {
        graph = graph.Tensor("widths", GraphFile.Int64, [(long)width, width, width], 3).Tensor("size", GraphFile.Int64, [(long)size], 1).Tensor("scale", GraphFile.Float, [1 / MathF.Sqrt(size)])
            .Node("Split", ["joint", "widths"], ["q0", "k0", "v0"], GraphFile.Number("axis", -1));
        graph = Headed(Headed(Headed(graph, "q0", "q1", 0, 2, 1, 3), "k0", "k1", 0, 2, 1, 3), "v0", "v", 0, 2, 1, 3);
        return graph.Node("Mul", ["q1", "scale"], ["q"]).Node("Transpose", ["k1"], ["k"], GraphFile.Numbers("perm", 0, 1, 3, 2));
    }

    private static GraphFile Computed(GraphFile graph, int heads)
    {
        graph = graph.Tensor("two", GraphFile.Int64, [2L], 1).Tensor("three", GraphFile.Int64, [3L], 1).Tensor("last", GraphFile.Int64, [2L]).Tensor("all heads", GraphFile.Int64, [(long)heads])
            .Tensor("half", GraphFile.Float, [-0.5f])
            .Node("Shape", ["joint"], ["joint shape"]).Node("Gather", ["joint shape", "axis"], ["all"], GraphFile.Number("axis", 0))
            .Node("Add", ["all", "two"], ["more"]).Node("Div", ["more", "three"], ["one third"]).Node("Mul", ["one third", "two"], ["two thirds"]).Node("Mul", ["one third", "three"], ["three thirds"])
            .Node("Slice", ["joint", "from", "one third", "axis"], ["q0"]).Node("Slice", ["joint", "one third", "two thirds", "axis"], ["k0"]).Node("Slice", ["joint", "two thirds", "three thirds", "axis"], ["v0"])
            .Node("Shape", ["q0"], ["q0 shape"]).Node("Gather", ["q0 shape", "last"], ["q0 width"], GraphFile.Number("axis", 0)).Node("Div", ["q0 width", "all heads"], ["size alone"])
            .Node("Unsqueeze", ["size alone", "from"], ["size"])
            .Node("Cast", ["size alone"], ["size as float"], GraphFile.Number("to", GraphFile.Float)).Node("Pow", ["size as float", "half"], ["scale"]).Node("Mul", ["q0", "scale"], ["q1"]);
        return Headed(Headed(Headed(graph, "q1", "q", 0, 2, 1, 3), "k0", "k", 0, 2, 3, 1), "v0", "v", 0, 2, 1, 3);
    }

    /// <summary>Rows less their mean, over their deviation, times weights, plus bias, as exporters write it.</summary>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="exponent">Of what the variance is the mean of.</param>
    /// <param name="axis">The axis of the means.</param>
    public static GraphFile Normalization(int width, float exponent = 2, long axis = -1)
    {
        Random random = new(11);
        return new GraphFile()
            .Input("x", GraphFile.Float, "B", "T", $"{width}")
            .Output("y", GraphFile.Float, "B", "T", $"{width}")
            .Tensor("weights", GraphFile.Float, [.. Enumerable.Range(0, width).Select(_ => random.NextSingle() + 0.5f)], width)
            .Tensor("bias", GraphFile.Float, [.. Enumerable.Range(0, width).Select(_ => random.NextSingle() - 0.5f)], width)
            .Tensor("exponent", GraphFile.Float, [exponent])
            .Tensor("epsilon", GraphFile.Float, [1e-5f])
            .Node("ReduceMean", ["x"], ["mean"], GraphFile.Numbers("axes", axis))
            .Node("Sub", ["x", "mean"], ["less"])
            .Node("Pow", ["less", "exponent"], ["power"])
            .Node("ReduceMean", ["power"], ["variance"], GraphFile.Numbers("axes", axis))
            .Node("Add", ["variance", "epsilon"], ["more"])
            .Node("Sqrt", ["more"], ["deviation"])
            .Node("Div", ["less", "deviation"], ["even"])
            .Node("Mul", ["even", "weights"], ["scaled"])
            .Node("Add", ["scaled", "bias"], ["y"]);
    }

    /// <summary>A layer that reads 5 numbers a step both ways, 6 states.</summary>
    public static GraphFile Lstm(string? attribute = null)
        => Lstm(6, isBothWays: true, hasBias: true, batchOfStates: 0, forgetBias: 0, attribute is null ? [] : [GraphFile.Number(attribute, 0)]);

    /// <summary>A layer that reads 5 numbers a step.</summary>
    /// <param name="units">States of a direction.</param>
    /// <param name="isBothWays">Whether it goes backwards, too.</param>
    /// <param name="hasBias">Whether there is a bias.</param>
    /// <param name="batchOfStates">For how many sequences the file says where they start; 0 where they start at zero.</param>
    /// <param name="forgetBias">Added to the bias of the gates that forget.</param>
    /// <param name="attributes">What else the node says.</param>
    public static GraphFile Lstm(int units, bool isBothWays, bool hasBias, int batchOfStates, float forgetBias = 0, params IReadOnlyList<byte[]> attributes)
    {
        Random random = new(2);
        int directions = isBothWays ? 2 : 1, rows = 4 * units;
        float spread = 3.7f / MathF.Sqrt(units);
        float[] Weights(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * spread)];
        GraphFile graph = new GraphFile()
            .Input("x", GraphFile.Float, "T", "N", "5")
            .Output("y", GraphFile.Float, "T", $"{directions}", "N", $"{units}")
            .Tensor("w", GraphFile.Float, Weights(directions * rows * 5), directions, rows, 5)
            .Tensor("r", GraphFile.Float, Weights(directions * rows * units), directions, rows, units);
        if (hasBias)
            graph = graph.Tensor("b", GraphFile.Float, [.. Weights(directions * 2 * rows).Select((bias, i) => i % (2 * rows) / units == 2 ? bias + forgetBias : bias)], directions, 2 * rows);
        string[] inputs = ["x", "w", "r", hasBias ? "b" : ""];
        if (batchOfStates > 0)
        {
            long[] axes = [directions, batchOfStates, units];
            graph = graph.Tensor("h", GraphFile.Float, Weights(directions * batchOfStates * units), axes).Tensor("c", GraphFile.Float, Weights(directions * batchOfStates * units), axes);
            inputs = [.. inputs, "", "h", "c"];
        }

        return graph.Node("LSTM", inputs, ["y"], [GraphFile.Word("direction", isBothWays ? "bidirectional" : "forward"), GraphFile.Number("hidden_size", units), .. attributes]);
    }

    /// <summary>Convolutions over one axis behind one another, 8 channels, and one that reads each channel alone.</summary>
    public static GraphFile Convolutions(int opset = 13)
    {
        Random random = new(3);
        float[] Weights(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.4f)];
        return new GraphFile(opset)
            .Input("x", GraphFile.Float, "N", "8", "T")
            .Output("y", GraphFile.Float, "N", "8", "T2")
            .Tensor("w1", GraphFile.Float, Weights(8 * 8 * 3), 8, 8, 3)
            .Tensor("b1", GraphFile.Float, Weights(8), 8)
            .Tensor("w2", GraphFile.Float, Weights(8 * 8), 8, 8, 1)
            .Tensor("w3", GraphFile.Float, Weights(8 * 5), 8, 1, 5)
            .Node("Relu", ["x"], ["x1"])
            .Node("Conv", ["x1", "w1", "b1"], ["c1"], GraphFile.Numbers("kernel_shape", 3), GraphFile.Numbers("pads", 1, 1), GraphFile.Numbers("strides", 2))
            .Node("Relu", ["c1"], ["x2"])
            .Node("Conv", ["x2", "w2"], ["x3"], GraphFile.Word("auto_pad", "NOTSET"))
            .Node("Conv", ["x3", "w3"], ["y"], GraphFile.Number("group", 8), GraphFile.Numbers("dilations", 2), GraphFile.Numbers("pads", 4, 4));
    }

    /// <summary>A punctuation network: each token's row of a table, times unsigned 8-bit weights that keep the best class the best.</summary>
    public static GraphFile Punctuation(int tokens)
    {
        float[] table = new float[tokens * 6];
        for (int token = 0; token < tokens; token++)
            table[(token * 6) + (token % 6)] = 2;
        byte[] weights = [.. Enumerable.Range(0, 36).Select(i => (byte)(i % 7 == 0 ? 180 : 128))];
        return new GraphFile()
            .Input("inputs", GraphFile.Int32, "B", "T")
            .Input("text_lengths", GraphFile.Int32, "B")
            .Output("logits", GraphFile.Float, "B", "T", "6")
            .Tensor("table", GraphFile.Float, table, tokens, 6)
            .Tensor("weights", GraphFile.UInt8, weights, 6, 6)
            .Tensor("zero", GraphFile.UInt8, [.. Enumerable.Repeat((byte)128, 6)], 6)
            .Tensor("unit", GraphFile.Float, [0.001f], 1)
            .Node("Gather", ["table", "inputs"], ["rows"])
            .Node("DynamicQuantizeLinear", ["rows"], ["small", "scale", "rows_zero"])
            .Node("MatMulInteger", ["small", "weights", "rows_zero", "zero"], ["product"])
            .Node("Cast", ["product"], ["large"], GraphFile.Number("to", GraphFile.Float))
            .Node("Mul", ["large", "unit"], ["logits"]);
    }
}
