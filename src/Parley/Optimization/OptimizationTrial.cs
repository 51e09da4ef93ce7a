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
        using ScratchFiles scratch = new(folder, $".{Path.GetFileName(files.ModelPath)}-");
        scratch.DeleteLeftovers();
        OptimizationVerdict draft = Draft();
        using StageProbe probe = StageProbe.For(files, samples);
        using ModelSession original = Load(files.ModelPath);
        ProbeAnswer expected = probe.Ask(original, cancellationToken);
        RewrittenFile writer = new(files.Stage, model, new Calibration(probe, scratch, cancellationToken).Observe, scratch);
        List<OptimizationVerdict> refused = [];
        foreach (IReadOnlyList<Rewrite> plan in plans)
        {
            string? file = null;
            OptimizationVerdict verdict;
            try
            {
                (file, string rewritten) = writer.Write(plan, text => tell($"{_stage}: {text}"), cancellationToken);
                if (file is null || refused.Exists(earlier => string.Equals(earlier.Rewritten, rewritten, StringComparison.Ordinal)))
                    continue; // less came of it than of an earlier plan
                ParityBounds bounds = plan.Select(rewrite => rewrite.Bounds).MaxBy(bound => bound.LargestDifference)!;
                verdict = Try(file, draft with { Rewritten = rewritten, Refusal = null }, probe, original, expected, bounds, cancellationToken);
            }
            catch (Exception error) when (error is InferenceException or ModelFileException)
            {
                verdict = draft with { Rewritten = string.Join(", ", plan.Select(rewrite => rewrite.Name)), Refusal = WhyItDoesNotRun(error) };
            }

            if (verdict.Refusal is null)
            {
                verdict = verdict with { File = OptimizedModels.NameOf(files.ModelPath, verdict.ModelSha256), FileBytes = new FileInfo(file!).Length };
                OptimizedModels.Save(folder, files.ModelPath, verdict, file);
                return verdict;
            }

            tell($"{_stage}: refused, {verdict.Refusal}");
            refused.Add(verdict);
            if (file is not null)
                scratch.Delete(file);
        }

        OptimizationVerdict best = refused.Count == 0 ? draft : refused[0] with { Refusal = string.Join("; ", refused.Select(verdict => $"{verdict.Rewritten}: {verdict.Refusal}")) };
        OptimizedModels.Save(folder, files.ModelPath, best, rewritten: null);
        return best;
    }

    private OptimizationVerdict Draft()
    {
        DateTime written = File.GetLastWriteTimeUtc(files.ModelPath);
        tell($"{_stage}: reading the original");
        return new OptimizationVerdict
        {
            Version = OptimizationVerdict.CurrentVersion,
            ModelSha256 = ModelHash.Of(files.ModelPath),
            ModelBytes = model.Length,
            ModelWritten = written,
            Processor = ProcessorTraits.Identity,
            Runtime = DeviceManager.RuntimeVersion,
            Rewritten = "nothing",
            MayRound = MayRound,
            Parity = "not compared",
            Refusal = "nothing to rewrite",
        };
    }

    private OptimizationVerdict Try(
        string file, OptimizationVerdict verdict, StageProbe probe, ModelSession original, ProbeAnswer expected, ParityBounds bounds, CancellationToken cancellationToken)
    {
        try
        {
            using ModelSession other = Load(file);
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
            return verdict with { Refusal = WhyItDoesNotRun(error) };
        }
    }

    private static string WhyItDoesNotRun(Exception error) => $"it does not run: {RuntimeMessage.Shorten((error.InnerException ?? error).Message)}";

    private static ModelSession Load(string path) => ModelSession.Load(path, new InferenceOptions { Threads = 1, UseOptimized = false });
}
