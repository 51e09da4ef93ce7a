using System.Globalization;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Inference.Optimized;
using Parley.Models;
using Parley.Models.Onnx;

namespace Parley.Optimization;

/// <summary>One network under trial: writes each plan's file, compares it with the original, keeps the first that passes. Its folder is locked by the caller.</summary>
internal sealed class OptimizationTrial(StageModelFiles files, OnnxModel model, string folder, float[] samples, Action<string> tell)
{
    private readonly string _temporaryName = $".{Path.GetFileName(files.ModelPath)}-";
    private readonly string _stage = files.Stage.ToString().ToLowerInvariant();

    /// <summary>Runs of each network that its speed is taken from.</summary>
    public required int Runs { get; init; }

    /// <summary>How speed is measured.</summary>
    public required SpeedMeasurement Speed { get; init; }

    /// <summary>Whether the user allows weights to be rounded.</summary>
    public required bool MayRound { get; init; }

    /// <summary>Tries the plans in their order.</summary>
    /// <returns>The verdict, which is kept.</returns>
    public OptimizationVerdict Run(IReadOnlyList<IReadOnlyList<Rewrite>> plans, CancellationToken cancellationToken)
    {
        foreach (string left in Directory.GetFiles(folder, _temporaryName + "*.tmp")) // by a process that was killed
            File.Delete(left);
        DateTime written = File.GetLastWriteTimeUtc(files.ModelPath);
        tell($"{_stage}: reading the original");
        string sha256 = ModelHash.Of(files.ModelPath);
        using StageProbe probe = StageProbe.For(files, samples);
        using ModelSession original = Load(files.ModelPath);
        ProbeAnswer expected = probe.Ask(original, cancellationToken);
        List<OptimizationVerdict> refused = [];
        foreach (IReadOnlyList<Rewrite> plan in plans)
        {
            string temporary = Path.Combine(folder, $"{_temporaryName}{Guid.NewGuid():N}.tmp");
            try
            {
                OptimizationVerdict verdict = Try(plan, temporary, probe, original, expected, cancellationToken) with { ModelSha256 = sha256, ModelWritten = written };
                if (verdict.Refusal is not null)
                {
                    refused.Add(verdict);
                    continue;
                }

                verdict = verdict with { File = OptimizedModels.NameOf(files.ModelPath, sha256), FileBytes = new FileInfo(temporary).Length };
                OptimizedModels.Save(folder, files.ModelPath, verdict, temporary);
                return verdict;
            }
            finally
            {
                File.Delete(temporary);
            }
        }

        OptimizationVerdict best = refused[0] with { Refusal = string.Join("; ", refused.Select(verdict => $"{verdict.Rewritten}: {verdict.Refusal}")) };
        OptimizedModels.Save(folder, files.ModelPath, best, rewritten: null);
        return best;
    }

    private OptimizationVerdict Try(
        IReadOnlyList<Rewrite> plan, string temporary, StageProbe probe, ModelSession original, ProbeAnswer expected, CancellationToken cancellationToken)
    {
        OnnxEdit edit = new(model);
        ParityBounds bounds = plan.Select(rewrite => rewrite.Bounds).MaxBy(bound => bound.LargestDifference)!;
        string rewritten = string.Join(", ", plan.Select(rewrite => string.Create(CultureInfo.InvariantCulture, $"{rewrite.Apply(model, edit)} {rewrite.Name}")));
        tell($"{_stage}: writing {rewritten}");
        using (FileStream target = new(temporary, FileMode.CreateNew, FileAccess.Write))
            edit.Write(target, cancellationToken);
        OptimizationVerdict verdict = new()
        {
            Version = OptimizationVerdict.CurrentVersion,
            ModelSha256 = "",
            ModelBytes = model.Length,
            ModelWritten = default,
            Processor = ProcessorTraits.Identity,
            Runtime = DeviceManager.RuntimeVersion,
            Rewritten = rewritten,
            MayRound = MayRound,
            Parity = "not compared",
        };
        try
        {
            using ModelSession other = Load(temporary);
            tell($"{_stage}: comparing results");
            (bool isSame, string finding) = ParityGate.Compare(files.Stage, probe.DecisionName, expected, probe.Ask(other, cancellationToken), bounds);
            verdict = verdict with { Parity = finding };
            if (!isSame)
                return verdict with { Refusal = finding };
            tell($"{_stage}: comparing speed, {Runs} runs of each");
            (double before, double after) = Speed(() => probe.Ask(original, cancellationToken), () => probe.Ask(other, cancellationToken), Runs, cancellationToken);
            verdict = verdict with { OriginalSeconds = before, OptimizedSeconds = after };
            return verdict.Speed >= SpeedGate.SmallestGain ? verdict
                : verdict with { Refusal = string.Create(CultureInfo.InvariantCulture, $"not faster here ({verdict.Speed:F2} times the speed)") };
        }
        catch (Exception error) when (error is InferenceException or ModelFileException)
        {
            return verdict with { Refusal = $"it does not run: {RuntimeMessage.Shorten((error.InnerException ?? error).Message)}" };
        }
    }

    private static ModelSession Load(string path) => ModelSession.Load(path, new InferenceOptions { Threads = 1, UseOptimized = false });
}
