using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;

namespace Parley.Tests.Inference;

public sealed class ModelSessionFallbackTests
{
    private readonly ListLogger _log = new();
    private readonly ManualTime _time = new();
    private readonly FaultInjectingBackend _faulty = new();

    [Theory]
    [InlineData(InferenceFault.RunFailed)]
    [InlineData(InferenceFault.DeviceLost)]
    [InlineData(InferenceFault.OutOfMemory)]
    public void A_run_that_fails_goes_on_with_the_next_device(InferenceFault fault)
    {
        using ModelSession session = Load();
        using InferenceScope scope = InferenceScope.Begin();
        float[] before = TinyModel.Run(session);
        _faulty.OnRun = _ => throw FaultInjectingBackend.Fault(fault);

        TinyModel.Run(session).ShouldBe(before);
        TinyModel.Run(session).ShouldBe(before);

        session.Device.ShouldBe("cpu");
        scope.DevicesOf(session).ShouldBe(["faulty", "cpu"]);
        scope.Notices.ShouldHaveSingleItem().ShouldContain("Device faulty failed and cpu went on");
        _log.Warnings.ShouldHaveSingleItem().ShouldContain("out of use until");
        _faulty.Runs.ShouldBe(2); // the third run does not ask it again
    }

    [Fact]
    public void A_session_that_cannot_be_made_goes_to_the_next_device()
    {
        _faulty.OnOpen = _ => throw FaultInjectingBackend.Fault(InferenceFault.RunFailed);

        using ModelSession session = Load();
        using InferenceScope scope = InferenceScope.Begin();
        TinyModel.Run(session).ShouldBe(TinyModel.Expected());

        session.Device.ShouldBe("cpu");
        scope.DevicesOf(session).ShouldBe(["cpu"]);
        scope.Notices.ShouldHaveSingleItem().ShouldContain("cannot be loaded on faulty");
        _log.Warnings.ShouldHaveSingleItem().ShouldContain("DeviceUnavailable");
    }

    [Fact]
    public void Without_fallback_the_failure_is_the_callers()
    {
        using ModelSession session = Load(new DeviceOptions { Device = "faulty", FallbackOnError = false });
        _faulty.OnRun = _ => throw FaultInjectingBackend.Fault(InferenceFault.DeviceLost);

        InferenceException error = Should.Throw<InferenceException>(() => TinyModel.Run(session));

        error.Fault.ShouldBe(InferenceFault.DeviceLost);
        error.Device.ShouldBe("faulty");
        error.Model.ShouldBe(TinyModel.FilePath);
        _faulty.OnRun = null;
        TinyModel.Run(session).ShouldBe(TinyModel.Expected()); // there is no other, so it is tried each time
    }

    [Fact]
    public void Without_fallback_a_session_that_cannot_be_made_is_an_error()
    {
        _faulty.OnOpen = _ => throw FaultInjectingBackend.Fault(InferenceFault.RunFailed);

        Should.Throw<InferenceException>(() => Load(new DeviceOptions { Device = "faulty", FallbackOnError = false })).Fault.ShouldBe(InferenceFault.DeviceUnavailable);
    }

    [Fact]
    public void A_device_is_tried_again_after_its_pause_and_forgiven_when_it_works()
    {
        using ModelSession session = Load();
        _faulty.OnRun = _ => throw FaultInjectingBackend.Fault(InferenceFault.DeviceLost);
        TinyModel.Run(session);
        _time.Advance(TimeSpan.FromSeconds(29));
        TinyModel.Run(session);
        _faulty.Runs.ShouldBe(1);

        _time.Advance(TimeSpan.FromSeconds(1));
        TinyModel.Run(session); // still broken: the next pause is a minute
        _faulty.Runs.ShouldBe(2);
        _time.Advance(TimeSpan.FromSeconds(30));
        TinyModel.Run(session);
        _faulty.Runs.ShouldBe(2);

        _faulty.OnRun = null;
        _time.Advance(TimeSpan.FromSeconds(30));
        TinyModel.Run(session).ShouldBe(TinyModel.Expected());

        session.Device.ShouldBe("faulty");
        _log.Informations.ShouldContain(line => line.Contains("works again", StringComparison.Ordinal));
        _faulty.Opened.ShouldBe(3); // anew after each failure: the old session may be broken
        _faulty.Disposed.ShouldBe(2);
    }

    [Fact]
    public void A_lost_device_is_lost_for_all_models_but_memory_is_a_matter_of_one()
    {
        DeviceManager manager = Manager(new DeviceOptions { Device = "faulty" });
        InferenceOptions options = new() { Threads = 1, Devices = manager };
        using ModelSession first = ModelSession.Load(TinyModel.FilePath, options), second = ModelSession.Load(TinyModel.FilePath, options);

        _faulty.OnRun = _ => throw FaultInjectingBackend.Fault(InferenceFault.OutOfMemory);
        TinyModel.Run(first);
        _faulty.OnRun = null;
        TinyModel.Run(second);
        (first.Device, second.Device).ShouldBe(("cpu", "faulty"));

        _faulty.OnRun = _ => throw FaultInjectingBackend.Fault(InferenceFault.DeviceLost);
        TinyModel.Run(second);
        _faulty.OnRun = null;
        using ModelSession third = ModelSession.Load(TinyModel.FilePath, options);
        TinyModel.Run(third);
        third.Device.ShouldBe("cpu");
    }

    [Fact]
    public void Later_jobs_are_told_why_they_ran_elsewhere()
    {
        using ModelSession session = Load();
        _faulty.OnRun = _ => throw FaultInjectingBackend.Fault(InferenceFault.DeviceLost);
        TinyModel.Run(session);

        using InferenceScope scope = InferenceScope.Begin();
        TinyModel.Run(session);
        TinyModel.Run(session);

        scope.Notices.ShouldHaveSingleItem().ShouldContain("injected fault: DeviceLost");
    }

    [Fact]
    public void Values_that_are_not_numbers_are_a_fault_of_the_device()
    {
        using ModelSession session = Load();
        _faulty.OnOutput = output => output.GetTensorMutableDataAsSpan<float>()[5] = float.NaN;

        TinyModel.Run(session).ShouldBe(TinyModel.Expected());

        session.Device.ShouldBe("cpu");
        _log.Warnings.ShouldHaveSingleItem().ShouldContain("BadOutput");
    }

    [Fact]
    public void A_model_that_rightly_gives_no_number_is_nobodys_fault()
    {
        string model = Path.Combine(TestPaths.RepositoryRoot, "tests", "data", "tiny-models", "punc.onnx"); // token 7 gives "not a number"
        using ModelSession session = ModelSession.Load(model, new InferenceOptions { Threads = 1, Devices = Manager(new DeviceOptions { Device = "faulty" }) });

        using ModelOutputs outputs = session.Run([ModelInput.Of("inputs", new[] { 7 }, 1, 1), ModelInput.Of("text_lengths", new[] { 1 }, 1)], CancellationToken.None);

        float.IsNaN(outputs.Floats("logits")[0]).ShouldBeTrue();
        _log.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void A_wrong_input_is_blamed_on_no_device()
    {
        using ModelSession session = Load();

        Should.Throw<InferenceException>(() => session.Run([ModelInput.Of("x", new float[10], 1, 1, 10)], CancellationToken.None));

        session.Device.ShouldBe("faulty");
        _faulty.Opened.ShouldBe(1);
        _log.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_no_model_is_blamed_on_no_device()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllText(path, "not a model");

        Should.Throw<ModelFileException>(() => ModelSession.Load(path, new InferenceOptions { Devices = Manager(new DeviceOptions { Device = "faulty" }) }));

        _log.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void Cancellation_is_no_fault()
    {
        using CancellationTokenSource source = new();
        using ModelSession session = Load();
        _faulty.OnRun = _ =>
        {
            source.Cancel();
            throw FaultInjectingBackend.Fault(InferenceFault.RunFailed);
        };

        Should.Throw<OperationCanceledException>(() => TinyModel.Run(session, 1, source.Token));

        _log.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void A_tensor_beyond_the_limit_never_reaches_the_driver()
    {
        FaultInjectingBackend small = new() { Limits = new DeviceLimits { MaxTensorBytes = 2 * 3 * TinyModel.Bins * sizeof(float) } };
        DeviceManager manager = new(new DeviceOptions { Device = "faulty" }, [small, new CpuBackend()], _log, _time);
        using ModelSession session = ModelSession.Load(TinyModel.FilePath, new InferenceOptions { Threads = 1, Devices = manager });

        TinyModel.Run(session, 2).ShouldBe(TinyModel.Expected(2));
        small.Runs.ShouldBe(1);
        TinyModel.Run(session, 3).ShouldBe(TinyModel.Expected(3));

        small.Runs.ShouldBe(1);
        session.Device.ShouldBe("cpu");
    }

    [Fact]
    public void Concurrent_runs_survive_a_failure_in_their_midst()
    {
        using ModelSession session = Load();
        float[] expected = TinyModel.Expected();
        int run = 0;
        _faulty.OnRun = _ =>
        {
            if (Interlocked.Increment(ref run) > 20)
                throw FaultInjectingBackend.Fault(InferenceFault.DeviceLost);
        };

        Parallel.For(0, 64, _ => TinyModel.Run(session).ShouldBe(expected));

        session.Device.ShouldBe("cpu");
        _faulty.Disposed.ShouldBe(_faulty.Opened);
    }

    [Fact]
    public void A_device_that_takes_one_run_at_a_time_gets_one_at_a_time()
    {
        FaultInjectingBackend narrow = new() { Limits = new DeviceLimits { Concurrency = DeviceConcurrency.OneRunAtATime } };
        int inside = 0, most = 0;
        narrow.OnRun = _ => most = Math.Max(most, Interlocked.Increment(ref inside));
        narrow.OnOutput = _ => Interlocked.Decrement(ref inside);
        DeviceManager manager = new(new DeviceOptions { Device = "faulty" }, [narrow, new CpuBackend()], _log, _time);
        InferenceOptions options = new() { Threads = 1, Devices = manager };
        using ModelSession first = ModelSession.Load(TinyModel.FilePath, options), second = ModelSession.Load(TinyModel.FilePath, options);

        Parallel.For(0, 32, i => TinyModel.Run(i % 2 == 0 ? first : second));

        most.ShouldBe(1);
        narrow.Runs.ShouldBe(32);
    }

    [Fact]
    public void The_warning_about_a_replaced_device_is_in_the_receipt_too()
    {
        DeviceManager manager = new(
            new DeviceOptions { Device = "absent" }, [new FaultInjectingBackend("absent") { Detection = () => DeviceDetection.None("gone") }, new CpuBackend()], _log, _time);
        using ModelSession session = ModelSession.Load(TinyModel.FilePath, new InferenceOptions { Threads = 1, Devices = manager });
        using InferenceScope scope = InferenceScope.Begin();

        TinyModel.Run(session);

        scope.Notices.ShouldBe(["Device absent is not available: gone; cpu is used instead."]);
    }

    [Theory]
    [InlineData(false, "model.onnx")]
    [InlineData(true, "model_quant.onnx")]
    public void A_device_that_does_not_run_8_bit_weights_well_gets_the_full_ones(bool quantized, string expected)
    {
        using TempFolder folder = new();
        string full = Path.Combine(folder.Path, "model.onnx"), quant = Path.Combine(folder.Path, "model_quant.onnx");
        File.Copy(TinyModel.FilePath, quant);
        DeviceLimits limits = new() { QuantizedWeights = quantized };

        WeightFile.For(quant, limits).ShouldBe(quant);
        File.Copy(TinyModel.FilePath, full);
        WeightFile.For(quant, limits).ShouldBe(Path.Combine(folder.Path, expected));
        WeightFile.For(full, limits).ShouldBe(full);
    }

    [Theory]
    [InlineData("CUDA failure 2: out of memory ; GPU=0", InferenceFault.OutOfMemory)]
    [InlineData("Failed to allocate memory for requested buffer of size 4096", InferenceFault.OutOfMemory)]
    [InlineData("vkQueueSubmit: VK_ERROR_DEVICE_LOST", InferenceFault.DeviceLost)]
    [InlineData("DXGI_ERROR_DEVICE_REMOVED", InferenceFault.DeviceLost)]
    [InlineData("Non-zero status code returned while running Add node", InferenceFault.RunFailed)]
    public void Faults_are_told_from_the_words_of_the_runtime(string message, InferenceFault expected)
        => DeviceFault.Classify(new InvalidOperationException(message)).ShouldBe(expected);

    private ModelSession Load(DeviceOptions? options = null)
        => ModelSession.Load(TinyModel.FilePath, new InferenceOptions { Threads = 1, Devices = Manager(options ?? new DeviceOptions { Device = "faulty" }) });

    private DeviceManager Manager(DeviceOptions options) => new(options, [_faulty, new CpuBackend()], _log, _time);
}
