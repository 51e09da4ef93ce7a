using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;

namespace Parley.Tests.Inference;

public sealed class ModelMeterTests
{
    private readonly FaultInjectingBackend _device = new();

    [Fact]
    public void A_device_that_computes_right_has_numbers_and_no_objection()
    {
        ModelMeasurement measurement = Measure();

        measurement.Objection.ShouldBeNull();
        measurement.Lengths.Select(length => length.Size).ShouldBe([1, 8, 32]);
        measurement.Lengths.ShouldAllBe(length => length.Seconds > 0 && length.Runs >= 1);
        measurement.Differences.ShouldHaveSingleItem().ShouldBe(new OutputDifference("embedding", 0, 1e-3));
        measurement.ModelSha256.Length.ShouldBe(64);
        _device.Runs.ShouldBeGreaterThan(3);
    }

    [Fact]
    public void A_device_that_computes_wrong_is_found_out()
    {
        _device.OnOutput = output => output.GetTensorMutableDataAsSpan<float>()[^1] += 0.5f;

        Measure().Objection!.ShouldContain("computes wrong: output embedding");
    }

    [Fact]
    public void A_device_that_disappears_while_it_is_measured_is_reported()
    {
        int runs = 0;
        _device.OnRun = _ =>
        {
            if (++runs > 3)
                throw FaultInjectingBackend.Fault(InferenceFault.DeviceLost);
        };

        ModelMeasurement measurement = Measure();

        measurement.Problem!.ShouldContain("DeviceLost");
        measurement.Objection!.ShouldContain("failed when it was measured");
        measurement.Lengths.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false, 0.99f, 0.01f, 0.98)]
    [InlineData(true, 0.99f, 0.01f, 0.02)] // it started over a little later
    [InlineData(true, 0.2f, 0.7f, 0.5)]
    [InlineData(false, 200f, 100f, 0.5)] // relative to what is large
    [InlineData(false, float.NaN, float.NaN, 0)]
    public void Differences_are_what_the_output_means(bool startsOverAtOne, float expected, float actual, double difference)
        => OutputComparison.Difference([0, expected], [0, actual], startsOverAtOne).ShouldBe(difference, 1e-6);

    [Fact]
    public void What_is_no_number_on_one_side_alone_differs_without_bound()
        => OutputComparison.Difference([1], [float.NaN], startsOverAtOne: false).ShouldBe(double.PositiveInfinity);

    [Fact]
    public void Steps_are_told_before_they_are_made()
    {
        List<string> steps = [];
        new ModelMeter(Manager(), 1).Measure(ModelStage.Speakers, TinyModel.FilePath, "cpu", steps.Add, CancellationToken.None);

        steps.ShouldBe(["1 windows", "8 windows", "32 windows"]);
    }

    [Fact]
    public void The_cpu_is_compared_with_nothing()
    {
        ModelMeasurement measurement = new ModelMeter(Manager(), 1).Measure(ModelStage.Speakers, TinyModel.FilePath, "cpu", null, CancellationToken.None);

        measurement.Differences.ShouldBeEmpty();
        measurement.TotalSeconds.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(ModelStage.Vad, "speech Float [-1, -1, 400]", 100, 40000)]
    [InlineData(ModelStage.Asr, "speech Float [-1, -1, 560]", 50, 28000)]
    [InlineData(ModelStage.Speakers, "x Float [-1, -1, 80]", 8, 94720)]
    [InlineData(ModelStage.Speakers, "x Float [1, 200, 80]", 8, 16000)]
    public void Inputs_are_as_large_as_the_stage_makes_them(ModelStage stage, string declared, int size, int expected)
    {
        string[] parts = declared.Split([' ', ',', '[', ']'], StringSplitOptions.RemoveEmptyEntries);
        TensorSpec spec = new(parts[0], TensorType.Float, [.. parts[2..].Select(long.Parse)]);

        List<ModelInput> inputs = ProbeInputs.Make(stage, [spec], size);

        using Microsoft.ML.OnnxRuntime.OrtValue value = inputs.ShouldHaveSingleItem().ToOrtValue();
        value.GetTensorDataAsSpan<float>().Length.ShouldBe(expected);
        value.GetTensorDataAsSpan<float>().ToArray().ShouldAllBe(item => item >= -1 && item <= 1);
    }

    [Fact]
    public void Lengths_tokens_and_caches_are_made_too()
    {
        List<ModelInput> inputs = ProbeInputs.Make(
            ModelStage.Punctuation, [new TensorSpec("inputs", TensorType.Int32, [-1, -1]), new TensorSpec("text_lengths", TensorType.Int64, [-1]), new TensorSpec("cache", TensorType.Float, [1, 128, 19, -1])], 20);

        inputs.Select(input =>
        {
            using Microsoft.ML.OnnxRuntime.OrtValue value = input.ToOrtValue();
            return string.Join(",", value.GetTensorTypeAndShape().Shape);
        }).ShouldBe(["1,20", "1", "1,128,19,1"]);
    }

    [Theory]
    [InlineData("speech_lengths", 50)]
    [InlineData("language", 0)]
    [InlineData("textnorm", 0)]
    public void Numbers_count_frames_or_name_a_row_that_every_table_has(string name, int expected)
    {
        ModelInput input = ProbeInputs.Make(ModelStage.Asr, [new TensorSpec(name, TensorType.Int32, [-1])], 50).ShouldHaveSingleItem();
        using Microsoft.ML.OnnxRuntime.OrtValue value = input.ToOrtValue();
        value.GetTensorDataAsSpan<int>().ToArray().ShouldBe([expected]);
    }

    private DeviceManager Manager() => new(new DeviceOptions(), [_device, new CpuBackend()]);

    private ModelMeasurement Measure() => new ModelMeter(Manager(), 1).Measure(ModelStage.Speakers, TinyModel.FilePath, "faulty", null, CancellationToken.None);
}
