using Parley.Inference;
using Parley.Inference.Optimized;
using Parley.Models;
using Parley.Models.Onnx;
using Parley.Optimization;
using Parley.Tests.Inference;

namespace Parley.Tests.Optimization;

public sealed class ModelOptimizerTests : IDisposable
{
    private static readonly Rewrite Good = new("signed weights", static (model, edit) => SignedWeights.Apply(model, edit, avoidSaturation: true));

    // Not a rewrite, but a mistake: other weights. The gate must see it.
    private static readonly Rewrite SpoiledOnPurpose = new("spoiled weights", static (model, edit) =>
    {
        edit.Flip(model.Tensors.Single(tensor => tensor.Name == "weights").Raw!.Value, 0x35);
        return 1;
    });

    private readonly TempFolder _folder = new();
    private readonly string _model;
    private int _measured;

    public ModelOptimizerTests()
    {
        _model = Path.Combine(_folder.Path, "model_quant.onnx");
        Graphs.Punctuation(Tokens.Length).Save(_model);
    }

    private static string[] Tokens { get; } = [.. Enumerable.Range(0, 30).Select(i => $"w{i}"), "<unk>"];

    private string Beside => Path.Combine(_folder.Path, ".parley");

    private PunctuationModelFiles Files => new()
    {
        Directory = _folder.Path,
        ModelPath = _model,
        IsQuantized = true,
        Files = [],
        TokensPath = "tokens.json",
        Tokens = Tokens,
        Config = new PunctuationConfig { Marks = ["<unk>", "_", "，", "。", "？", "、"] },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_as_good_and_faster_runs_from_then_on()
    {
        StageOptimization result = Optimize(Good);

        result.Outcome.ShouldBe(OptimizationOutcome.Accepted);
        result.Verdict!.Rewritten.ShouldBe("1 signed weights");
        result.Verdict.Parity.ShouldStartWith("same 252 marks, scores within 0");
        result.Verdict.Speed.ShouldBe(2);
        Path.GetDirectoryName(OptimizedModels.FileFor(_model)).ShouldBe(Beside);
        Directory.GetFiles(Beside, "*.tmp").ShouldBeEmpty();
        IsOptimized().ShouldBeTrue();
        IsOptimized(use: false).ShouldBeFalse();

        Optimize(Good).Verdict.ShouldBe(result.Verdict);
        _measured.ShouldBe(1); // the second time it was known
    }

    [Fact]
    public void A_spoiled_rewrite_is_refused_and_remembered()
    {
        StageOptimization result = Optimize(SpoiledOnPurpose);

        result.Outcome.ShouldBe(OptimizationOutcome.Refused);
        result.Reason.ShouldContain("marks differ");
        OptimizedModels.FileFor(_model).ShouldBeNull();
        Directory.GetFiles(Beside, "*.onnx").ShouldBeEmpty();
        IsOptimized().ShouldBeFalse();
        Optimize(Good).Reason.ShouldBe(result.Reason);
        Optimize(Good, again: true).Outcome.ShouldBe(OptimizationOutcome.Accepted);
    }

    [Fact]
    public void When_all_together_is_refused_each_is_tried_alone()
    {
        Rewrite harmless = new("harmless change", static (model, edit) =>
        {
            edit.Flip(model.Tensors.Single(tensor => tensor.Name == "unit").Raw!.Value, 0);
            return 1;
        });

        Optimize([SpoiledOnPurpose, harmless]).Verdict!.Rewritten.ShouldBe("1 harmless change");
    }

    [Fact]
    public void What_is_no_faster_is_refused()
    {
        StageOptimization result = Optimize(Good, seconds: (1, 0.99));

        result.Outcome.ShouldBe(OptimizationOutcome.Refused);
        result.Reason.ShouldContain("not faster here (1.01 times");
        OptimizedModels.FileFor(_model).ShouldBeNull();
    }

    [Fact]
    public void Allowing_rounding_asks_anew_and_lasts_until_it_is_taken_back()
    {
        AsrModelFiles demo = ModelBundle.Load(TestPaths.DemoBundle).Asr;
        AsrModelFiles recognizer = demo with { ModelPath = Path.Combine(_folder.Path, "recognizer.onnx") };
        File.Copy(demo.ModelPath, recognizer.ModelPath);
        Rewrite harmless = new("harmless change", static (model, edit) =>
        {
            edit.Flip(model.Tensors[0].Raw!.Value, 0);
            return 1;
        });

        Optimize([harmless], files: recognizer).Verdict!.MayRound.ShouldBeFalse();
        StageOptimization rounded = Optimize([harmless], files: recognizer, roundWeights: true);
        rounded.Verdict!.MayRound.ShouldBeTrue();
        rounded.Reason.ShouldStartWith("same ");
        rounded.Reason.ShouldContain(" tokens and times, scores within 0");
        Optimize([harmless], files: recognizer).Verdict.ShouldBe(rounded.Verdict);
        Optimize([harmless], files: recognizer, roundWeights: true).Verdict.ShouldBe(rounded.Verdict);
        _measured.ShouldBe(2);
        Optimize([harmless], again: true, files: recognizer).Verdict!.MayRound.ShouldBeFalse();

        // Nobody rounds the other stages.
        Optimize(Good).Verdict.ShouldBe(Optimize([Good], roundWeights: true).Verdict);
    }

    [Fact]
    public void Another_original_is_another_matter()
    {
        Optimize(Good);
        File.SetLastWriteTimeUtc(_model, DateTime.UtcNow.AddMinutes(1));

        OptimizedModels.Find(_model).ShouldBeNull();
        IsOptimized().ShouldBeFalse();
        Optimize(Good).Outcome.ShouldBe(OptimizationOutcome.Accepted);
        Directory.GetFiles(Beside, "*.json").ShouldHaveSingleItem();
    }

    [Fact]
    public void A_file_that_was_damaged_since_is_passed_over()
    {
        Optimize(Good);
        string optimized = OptimizedModels.FileFor(_model)!;
        File.WriteAllBytes(optimized, new byte[new FileInfo(optimized).Length]);
        IsOptimized().ShouldBeFalse();

        File.WriteAllBytes(optimized, [1]);
        OptimizedModels.FileFor(_model).ShouldBeNull();
    }

    [Fact]
    public void A_loaded_model_takes_up_what_was_made_since()
    {
        using ModelSession session = ModelSession.Load(_model, new InferenceOptions { Threads = 1 });
        Optimize(Good);
        session.IsOptimized.ShouldBeFalse();

        session.TakeUpOptimized();
        using ModelOutputs outputs = session.Run([ModelInput.Of("inputs", new[] { 2, 3 }, 1, 2), ModelInput.Of("text_lengths", new[] { 2 }, 1)], CancellationToken.None);
        session.IsOptimized.ShouldBeTrue();
    }

    [Fact]
    public void Where_the_folder_cannot_be_written_the_users_own_serves()
    {
        // Permissions do not bind the user root, under whom tests may run; a file in the place of the folder does.
        File.WriteAllText(Beside, "in the way");
        using TempFolder own = new();
        string? before = Environment.GetEnvironmentVariable(OptimizedModels.FolderVariable);
        Environment.SetEnvironmentVariable(OptimizedModels.FolderVariable, own.Path);
        try
        {
            Optimize(Good).Outcome.ShouldBe(OptimizationOutcome.Accepted);
            OptimizedModels.FileFor(_model)!.ShouldStartWith(own.Path);
            IsOptimized().ShouldBeTrue();
        }
        finally
        {
            Environment.SetEnvironmentVariable(OptimizedModels.FolderVariable, before);
        }
    }

    [Fact]
    public void Two_at_once_do_it_once()
    {
        Directory.CreateDirectory(Beside);
        using (OptimizedModels.TryLock(Beside, _model))
            Optimize(Good).Outcome.ShouldBe(OptimizationOutcome.Busy);

        StageOptimization[] results = [.. Enumerable.Range(0, 4).AsParallel().WithDegreeOfParallelism(4).Select(_ => Optimize(Good))];
        results.ShouldContain(result => result.Outcome == OptimizationOutcome.Accepted);
        results.ShouldAllBe(result => result.Outcome == OptimizationOutcome.Accepted || result.Outcome == OptimizationOutcome.Busy);
        _measured.ShouldBe(1);
    }

    [Fact]
    public void Servers_do_not_start_a_program_for_networks_as_small_as_those_of_the_demo_bundle()
        => ModelBundle.Load(TestPaths.DemoBundle).Stages.ShouldAllBe(stage => !ModelOptimizer.IsUntried(stage));

    [Theory]
    [InlineData(new double[] { 3 }, 3)]
    [InlineData(new double[] { 9, 1, 4, 6 }, 5)]
    public void Medians_of_even_numbers_are_means(double[] values, double expected) => SpeedGate.Median(values).ShouldBe(expected);

    private bool IsOptimized(bool use = true)
    {
        using ModelSession session = ModelSession.Load(_model, new InferenceOptions { Threads = 1, UseOptimized = use });
        return session.IsOptimized;
    }

    private StageOptimization Optimize(Rewrite rewrite, bool again = false, (double, double)? seconds = null) => Optimize([rewrite], again, seconds);

    private StageOptimization Optimize(Rewrite[] rewrites, bool again = false, (double, double)? seconds = null, StageModelFiles? files = null, bool roundWeights = false)
        => new ModelOptimizer(Path.Combine(TestPaths.Samples, "hello.wav"))
        {
            Again = again,
            RoundWeights = roundWeights,
            Rewrites = rewrites,
            Speed = (_, _, _, _) =>
            {
                Interlocked.Increment(ref _measured);
                return seconds ?? (2, 1);
            },
        }.Optimize(files ?? Files, null, CancellationToken.None);
}
