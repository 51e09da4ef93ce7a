using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Parley.Inference.Kernels;
using Parley.Models.Onnx;

namespace Parley.Benchmarks.Comparison;

/// <summary>
/// <c>matrices</c>: how many operations a second ONNX Runtime, and Parley's own operator in it, do in the matrix products that the recogniser is made of. Prints
/// Markdown; a multiplication and an addition are two operations. Parley's operator also makes floats bytes, and sums floats again.
/// </summary>
internal sealed class MatrixCommand : Command
{
    // Ten seconds of speech at a row every 60 ms; 512 and 2048 are the recogniser's widths (see export_official.py).
    private const int Rows = 170, Inner = 512, Outer = 2048;
    private const int Rounds = 7, RunsInRound = 40;
    private const double LargestWeight = 4.5;

    private static readonly (string File, string Title)[] Kinds =
    [
        ("fp32", "MatMul, 32 bit"),
        ("u8u8", "MatMulInteger, unsigned by unsigned 8 bit"),
        ("u8s8", "MatMulInteger, unsigned by signed 8 bit"),
    ];

    private readonly Option<DirectoryInfo> _matrices = new("--matrices") { Required = true, Description = "The folder of that name that eng/bench-models.sh writes." };
    private readonly Option<int> _threads = new("--threads") { HelpName = "N", Description = "Threads.", DefaultValueFactory = _ => 1 };

    public MatrixCommand()
        : base("matrices", "Measure matrix products.")
    {
        Add(_matrices);
        Add(_threads);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        int threads = parsed.GetValue(_threads);
        Console.Out.Write($"| [{Rows}, {Inner}] · [{Inner}, {Outer}] | Billion operations a second, {threads} {(threads == 1 ? "thread" : "threads")} |\n|---|---:|\n");
        foreach ((string file, string title) in Kinds)
        {
            using SessionOptions options = new() { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
            using InferenceSession session = new(Path.Combine(parsed.GetRequiredValue(_matrices).FullName, file + ".onnx"), options);
            Print(title, Rate(session));
        }

        if (OwnOperators.AreSupported && threads == 1)
        {
            Print("PackedMatMul, 8 bit", PackedRate(bits: 8));
            Print("PackedMatMul, weights of 7 bits", PackedRate(bits: 7));
        }

        return 0;
    }

    private static void Print(string title, double rate) => Console.Out.Write(string.Create(CultureInfo.InvariantCulture, $"| {title} | {rate / 1e9:F1} |\n"));

    private static double Rate(InferenceSession session)
    {
        bool isFloat = session.InputMetadata["x"].ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float;
        using OrtValue input = isFloat
            ? OrtValue.CreateTensorValueFromMemory([.. Enumerable.Range(0, Rows * Inner).Select(i => (i % 17) / 17f)], [Rows, Inner])
            : OrtValue.CreateTensorValueFromMemory([.. Enumerable.Range(0, Rows * Inner).Select(i => (byte)(i % 17))], [Rows, Inner]);
        using RunOptions options = new();
        return Rate(() => session.Run(options, ["x"], [input], ["y"]).Dispose());
    }

    // Values as a normalisation gives them, weights as training gives them, the largest at four and a half standard deviations.
    private static unsafe double PackedRate(int bits)
    {
        Random random = new(1);
        int center = 1 << (bits - 1);
        float[] input = [.. Enumerable.Range(0, Rows * Inner).Select(_ => (float)Normal(random))];
        byte[] weights = [.. Enumerable.Range(0, Inner * Outer).Select(_ => (byte)Math.Clamp(Math.Round(center * (1 + (Normal(random) / LargestWeight))), 0, (2 * center) - 1))], zeroPoints = new byte[Outer];
        byte[] packed = PackedMatrix.Pack(weights, Outer, offset: 0);
        float[] scales = new float[Outer], output = new float[Rows * Outer], squares = PackedMatrix.Squares(weights, Outer, offset: 0, center);
        fixed (float* inputs = input, factors = scales, outputs = output, bounds = squares)
        fixed (byte* bytes = packed, zeros = zeroPoints)
        {
            PackedMatMul product = new()
            {
                Input = inputs,
                Rows = Rows,
                Depth = Inner,
                Weights = bytes,
                Scales = factors,
                ZeroPoints = zeros,
                Bias = factors,
                Squares = bounds,
                Width = Outer,
                Center = (byte)center,
                Relu = false,
                Output = outputs,
            };
            return Rate(() =>
            {
                using QuantizedRows rows = QuantizedRows.Rent(product.Input, product.Rows, product.Depth, product.Center, product.Squares, product.IsRectified);
                for (int panel = 0; panel < product.Panels; panel++)
                    product.ComputePanel(rows, panel);
            });
        }
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());

    // The best round: what the machine can do, not what others left of it.
    private static double Rate(Action product)
    {
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int run = 0; run < RunsInRound; run++)
                product();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / RunsInRound);
        }

        return 2.0 * Rows * Inner * Outer / best;
    }
}
