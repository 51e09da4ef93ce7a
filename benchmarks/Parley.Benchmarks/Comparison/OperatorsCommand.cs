using System.CommandLine;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;

namespace Parley.Benchmarks.Comparison;

/// <summary>
/// <c>operators</c>: for each network of a bundle the operations of one run, counted, and where its time goes by ONNX Runtime's own profile. Prints Markdown.
/// </summary>
/// <remarks>
/// The profiler writes a record for each node that it runs, which costs microseconds: nodes that do little in little time (loops above all) look
/// dearer than they are.
/// </remarks>
internal sealed class OperatorsCommand : Command
{
    private const int Shown = 8, Runs = 7;

    private readonly BundleOptions _bundle;

    public OperatorsCommand()
        : base("operators", "Count the operations of each network, and say which operators take its time.")
    {
        _bundle = new BundleOptions(this);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        ModelBundle bundle = _bundle.Load(parsed);
        Console.Out.Write("| Network | One run | Million operations | Milliseconds | Billion operations a second |\n|---|---|---:|---:|---:|\n");
        List<(ModelStage Stage, RunProfile Profile)> profiles = [];
        foreach (StageModelFiles stage in bundle.Stages)
        {
            int size = ProbeInputs.Sizes(stage.Stage)[stage.Stage == ModelStage.Speakers ? 0 : 1];
            double operations = 2 * Profile(stage, size, threads: 1, counting: true).MultiplyAdds;
            RunProfile profile = Profile(stage, size, _bundle.Inference(parsed).Threads ?? 1, counting: false);
            profiles.Add((stage.Stage, profile));
            double seconds = profile.Operators.Values.Sum();
            string name = stage.Stage.ToString().ToLowerInvariant();
            Console.Out.Write($"| {name} | {size} {ProbeInputs.UnitOf(stage.Stage)} | {Number(operations / 1e6, "F0")} | {Number(seconds * 1e3, "F1")} | {Number(operations / seconds / 1e9, "F1")} |\n");
        }

        foreach ((ModelStage stage, RunProfile profile) in profiles)
        {
            double whole = profile.Operators.Values.Sum();
            IEnumerable<string> parts = profile.Operators.OrderByDescending(item => item.Value).Take(Shown).Select(item => $"{item.Key} {Number(100 * item.Value / whole, "F0")} %");
            Console.Out.Write($"\n{stage.ToString().ToLowerInvariant()}: {string.Join(", ", parts)}\n");
        }

        return 0;
    }

    // Counted in the graph as it stands, because fused operators hide their parts and prepared weights their shapes; timed in the graph as it is run.
    private static RunProfile Profile(StageModelFiles stage, int size, int threads, bool counting)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("parley-operators-");
        try
        {
            using SessionOptions options = new()
            {
                IntraOpNumThreads = threads,
                InterOpNumThreads = 1,
                ProfileOutputPathPrefix = Path.Combine(folder.FullName, "run"), // before the next line, which opens the file
                EnableProfiling = true,
                GraphOptimizationLevel = counting ? GraphOptimizationLevel.ORT_DISABLE_ALL : GraphOptimizationLevel.ORT_ENABLE_ALL,
            };
            if (counting)
                options.AddSessionConfigEntry("session.disable_prepacking", "1");
            using InferenceSession session = new(stage.ModelPath, options);
            using (ModelSession described = ModelSession.Load(stage.ModelPath, new InferenceOptions { Threads = 1, UseOptimized = false }))
            {
                Dictionary<string, OrtValue> inputs = ProbeInputs.Make(stage.Stage, described.Inputs, size)
                    .ToDictionary(input => input.Name, input => input.ToOrtValue(), StringComparer.Ordinal);
                using RunOptions run = new();
                for (int i = 0; i < (counting ? 1 : Runs); i++)
                {
                    using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, inputs, session.OutputNames);
                }

                foreach (OrtValue value in inputs.Values)
                    value.Dispose();
            }

            return RunProfile.Read(session.EndProfiling());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
