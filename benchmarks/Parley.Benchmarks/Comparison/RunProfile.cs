using System.Text.Json;

namespace Parley.Benchmarks.Comparison;

/// <summary>What ONNX Runtime's profile says about the runs of a network.</summary>
/// <param name="Operators">Seconds of each operator in the fastest run.</param>
/// <param name="MultiplyAdds">Multiplications with their additions in that run.</param>
internal sealed record RunProfile(IReadOnlyDictionary<string, double> Operators, double MultiplyAdds)
{
    private const string Suffix = "_kernel_time";

    /// <summary>Reads the file that the profiler wrote.</summary>
    public static RunProfile Read(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        JsonElement[] events = [.. document.RootElement.EnumerateArray()];
        double[] starts = [.. events.Where(entry => Is(entry, "model_run")).Select(entry => entry.GetProperty("ts").GetDouble()).Order()];
        Dictionary<string, double>[] operators = [.. starts.Select(_ => new Dictionary<string, double>(StringComparer.Ordinal))];
        double[] multiplyAdds = new double[starts.Length];
        foreach (JsonElement entry in events.Where(entry => entry.GetProperty("name").GetString()!.EndsWith(Suffix, StringComparison.Ordinal)))
        {
            int run = Array.FindLastIndex(starts, start => start <= entry.GetProperty("ts").GetDouble());
            JsonElement facts = entry.GetProperty("args");
            string name = facts.GetProperty("op_name").GetString()!;
            operators[run][name] = operators[run].GetValueOrDefault(name) + (entry.GetProperty("dur").GetDouble() / 1e6);
            multiplyAdds[run] += Count(name, Shapes(facts, "input_type_shape"), Shapes(facts, "output_type_shape"));
        }

        int fastest = Enumerable.Range(0, starts.Length).MinBy(run => operators[run].Values.Sum());
        return new RunProfile(operators[fastest], multiplyAdds[fastest]);
    }

    private static bool Is(JsonElement entry, string name) => string.Equals(entry.GetProperty("name").GetString(), name, StringComparison.Ordinal);

    private static double Count(string name, double[][] inputs, double[][] outputs) => name switch
    {
        "MatMul" or "MatMulInteger" or "Gemm" => Size(outputs[0]) * inputs[0][^1],
        "Conv" => Size(outputs[0]) * Size(inputs[1][1..]),
        "ConvTranspose" => Size(inputs[0]) * Size(inputs[1][1..]),
        "LSTM" => inputs[0][0] * inputs[0][1] * (Size(inputs[1]) + Size(inputs[2])), // [time, batch, width]; weights and recurrent weights
        _ => 0,
    };

    private static double Size(double[] shape) => shape.Aggregate(1.0, (product, axis) => product * axis);

    // One object with one member, the type, for each tensor.
    private static double[][] Shapes(JsonElement facts, string member)
        => facts.TryGetProperty(member, out JsonElement list)
            ? [.. list.EnumerateArray().Select(item => item.EnumerateObject().First().Value.EnumerateArray().Select(axis => axis.GetDouble()).ToArray())]
            : [];
}
