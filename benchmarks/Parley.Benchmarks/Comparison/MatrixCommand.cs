using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace Parley.Benchmarks.Comparison;

/// <summary>
/// <c>matrices</c>: how many operations a second ONNX Runtime does in the matrix products that the recogniser is made of. Prints Markdown;
/// a multiplication and an addition are two operations.
/// </summary>
internal sealed class MatrixCommand : Command
{
    // Ten seconds of speech at a row every 60 ms; 512 and 2048 are the recogniser's widths (see export_official.py).
    private const int Rows = 170, Inner = 512, Outer = 2048;
    private const int Rounds = 7, RunsInRound = 40;

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
            string rate = (Rate(session) / 1e9).ToString("F1", CultureInfo.InvariantCulture);
            Console.Out.Write($"| {title} | {rate} |\n");
        }

        return 0;
    }

    // The best round: what the machine can do, not what others left of it.
    private static double Rate(InferenceSession session)
    {
        bool isFloat = session.InputMetadata["x"].ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float;
        using OrtValue input = isFloat
            ? OrtValue.CreateTensorValueFromMemory([.. Enumerable.Range(0, Rows * Inner).Select(i => (i % 17) / 17f)], [Rows, Inner])
            : OrtValue.CreateTensorValueFromMemory([.. Enumerable.Range(0, Rows * Inner).Select(i => (byte)(i % 17))], [Rows, Inner]);
        using RunOptions options = new();
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int run = 0; run < RunsInRound; run++)
            {
                using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, ["x"], [input], ["y"]);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / RunsInRound);
        }

        return 2.0 * Rows * Inner * Outer / best;
    }
}
