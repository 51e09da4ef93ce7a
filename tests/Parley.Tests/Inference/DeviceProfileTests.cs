using Parley.Inference;
using Parley.Inference.Devices;

namespace Parley.Tests.Inference;

public sealed class DeviceProfileTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ListLogger _log = new();
    private readonly FaultInjectingBackend _fast = new("fast"), _soft = new("soft") { Kind = DeviceKind.SoftwareGpu };

    private string ProfilePath => Path.Combine(_folder.Path, "devices.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Saved_profiles_are_read_again()
    {
        ModelMeasurement measurement = Measurement("fast", 0.5) with { Differences = [new OutputDifference("embedding", double.PositiveInfinity, 1e-3)] };
        DeviceProfile profile = DeviceProfile.Empty.With(new DeviceTrial([measurement], Check("fast", "- a + b")));

        profile.Save(ProfilePath);
        DeviceProfile read = DeviceProfile.Load(ProfilePath, out string? problem).ShouldNotBeNull();

        problem.ShouldBeNull();
        read.Models.ShouldHaveSingleItem().On.ShouldBe(measurement.On);
        read.Models[0].Lengths.ShouldBe(measurement.Lengths);
        read.Models[0].Differences.ShouldBe(measurement.Differences);
        read.Transcripts.ShouldHaveSingleItem().Difference.ShouldBe("- a + b");
        Directory.GetFiles(_folder.Path).ShouldBe([ProfilePath]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"version\":1,\"models\":[null],\"transcripts\":[]}")]
    [InlineData("{\"version\":1,\"models\":null,\"transcripts\":[]}")]
    [InlineData("{\"version\":99,\"models\":[],\"transcripts\":[]}")]
    public void A_corrupt_profile_is_ignored_with_a_warning(string text)
    {
        File.WriteAllText(ProfilePath, text);

        Manager().Select(TinyModel.FilePath).Device.Name.ShouldBe("fast");

        _log.Warnings.ShouldHaveSingleItem().ShouldContain("is ignored");
        _log.Warnings[0].ShouldContain("parley devices --measure");
    }

    [Fact]
    public void A_profile_that_is_not_there_is_no_problem()
    {
        Manager().Select(TinyModel.FilePath).Device.Name.ShouldBe("fast");
        _log.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void Auto_takes_the_fastest_by_measurement()
    {
        Save(Measurement("fast", 2), Measurement("cpu", 1));

        DeviceChoice choice = Manager().Select(TinyModel.FilePath);

        choice.Device.Name.ShouldBe("cpu");
        choice.Reason.ShouldBe("the fastest by measurement");
        choice.Rejected.ShouldContain(item => item.Name == "fast" && item.Reason.StartsWith("measured slower: 2 s", StringComparison.Ordinal));
        Manager().Select("/another/model.onnx").Device.Name.ShouldBe("fast");
        Manager().Select().Device.Name.ShouldBe("fast");
    }

    [Fact]
    public void A_software_gpu_is_taken_only_when_it_was_measured_faster()
    {
        Save(Measurement("soft", 0.5), Measurement("fast", 2), Measurement("cpu", 1));
        Manager().Select(TinyModel.FilePath).Device.Name.ShouldBe("soft");

        Save(Measurement("soft", 3), Measurement("fast", 2), Measurement("cpu", 1));
        Manager().Select(TinyModel.FilePath).Device.Name.ShouldBe("cpu");
    }

    [Fact]
    public void A_device_without_measurements_does_not_beat_one_with()
    {
        Save(Measurement("cpu", 1));

        Manager().Select(TinyModel.FilePath).ShouldSatisfyAllConditions(
            choice => choice.Device.Name.ShouldBe("cpu"),
            choice => choice.Rejected.ShouldContain(item => item.Name == "fast" && item.Reason.Contains("not measured")));
    }

    [Fact]
    public void A_device_that_computes_wrong_is_quarantined_and_says_so()
    {
        Save(Measurement("fast", 0.1) with { Differences = [new OutputDifference("embedding", 0.25, 1e-3)] }, Measurement("cpu", 1));

        DeviceChoice choice = Manager().Select(TinyModel.FilePath);

        choice.Device.Name.ShouldBe("cpu");
        choice.Rejected.ShouldContain(item => item.Name == "fast" && item.Reason == "quarantined: computes wrong: output embedding of speakers differs from the CPU's by 0.25, tolerance 0.001");
        Manager().Select("/another/model.onnx").Device.Name.ShouldBe("fast"); // other models may run on it
    }

    [Fact]
    public void A_device_that_garbles_transcripts_is_quarantined_for_every_model()
    {
        DeviceProfile.Empty.With(new DeviceTrial([Measurement("fast", 0.1)], Check("fast", "- yes + no"))).Save(ProfilePath);

        Manager().Select("/another/model.onnx").Rejected.ShouldContain(item => item.Name == "fast" && item.Reason.Contains("- yes + no"));
    }

    [Fact]
    public void A_quarantined_device_is_not_used_even_when_it_is_named()
    {
        DeviceProfile.Empty.With(new DeviceTrial([Measurement("fast", 0.1)], Check("fast", "- yes + no"))).Save(ProfilePath);

        Manager(new DeviceOptions { Device = "fast" }).Select(TinyModel.FilePath).Fallback!.ShouldContain("quarantined");
        Should.Throw<InferenceException>(() => Manager(new DeviceOptions { Device = "fast", FallbackOnError = false }).Select(TinyModel.FilePath))
            .Message.ShouldContain("measure again");
    }

    [Fact]
    public void A_profile_of_another_driver_does_not_count()
    {
        ModelMeasurement old = Measurement("fast", 9);
        Save(old with { On = old.On with { Driver = "1.0" } });

        DeviceManager manager = Manager();
        manager.Select(TinyModel.FilePath).Device.Name.ShouldBe("fast");
        manager.Select(TinyModel.FilePath);

        _log.Warnings.ShouldHaveSingleItem().ShouldContain("driver 1.0");
    }

    [Fact]
    public void A_measured_device_that_has_gone_is_passed_over()
    {
        Save(Measurement("gone", 0.1), Measurement("cpu", 1));
        FaultInjectingBackend gone = new("gone") { Detection = () => DeviceDetection.None("no such card") };
        DeviceManager manager = new(new DeviceOptions { Priority = ["gone"], ProfilePath = ProfilePath }, [gone, new CpuBackend()], _log);

        DeviceChoice choice = manager.Select(TinyModel.FilePath);

        choice.Device.Name.ShouldBe("cpu");
        choice.Rejected.ShouldContain(new RejectedDevice("gone", "no such card"));
    }

    [Fact]
    public void A_measured_device_that_goes_after_the_choice_is_replaced_by_the_next_fastest()
    {
        Save(Measurement("fast", 0.1), Measurement("soft", 0.5), Measurement("cpu", 1));
        _fast.OnOpen = _ => throw FaultInjectingBackend.Fault(InferenceFault.DeviceLost);
        DeviceManager manager = Manager();

        using ModelSession session = ModelSession.Load(TinyModel.FilePath, new InferenceOptions { Threads = 1, Devices = manager });

        TinyModel.Run(session).ShouldBe(TinyModel.Expected());
        session.Device.ShouldBe("soft");
        session.DeviceReason.ShouldBe("in place of fast, which failed");
        DeviceState state = manager.StateOf(manager.Information("fast").Device!);
        (state.IsUsable, state.LastFailure is null, state.RetryAt is null).ShouldBe((false, false, false));
        manager.StateOf(manager.Information("cpu").Device!).ShouldBe(DeviceState.Good);
    }

    [Fact]
    public void Speed_is_that_of_all_models_against_the_cpu()
    {
        Save(Measurement("fast", 0.25), Measurement("cpu", 1));
        DeviceManager manager = Manager();
        Device fast = manager.Information("fast").Device!;

        manager.Measurements.Speed(fast, [TinyModel.FilePath]).ShouldBe(4);
        manager.Measurements.Speed(manager.Information("cpu").Device!, [TinyModel.FilePath]).ShouldBe(1);
        manager.Measurements.Speed(fast, [TinyModel.FilePath, "/another/model.onnx"]).ShouldBeNull();
        manager.Measurements.Speed(manager.Information("soft").Device!, [TinyModel.FilePath]).ShouldBeNull();
    }

    [Fact]
    public void A_new_trial_replaces_the_old_one_of_that_device_only()
    {
        DeviceProfile profile = DeviceProfile.Empty
            .With(new DeviceTrial([Measurement("cpu", 1)], null))
            .With(new DeviceTrial([Measurement("fast", 2)], Check("fast", "- a + b")))
            .With(new DeviceTrial([Measurement("fast", 3)], Check("fast", null)));

        profile.Models.Select(model => (model.On.Device, model.TotalSeconds)).ShouldBe([("cpu", 1), ("fast", 3)]);
        profile.Transcripts.ShouldHaveSingleItem().Difference.ShouldBeNull();
    }

    [Fact]
    public void Two_processes_do_not_measure_at_once()
    {
        using (ProfileLock first = ProfileLock.TryTake(ProfilePath).ShouldNotBeNull())
            ProfileLock.TryTake(ProfilePath).ShouldBeNull();

        using ProfileLock second = ProfileLock.TryTake(ProfilePath).ShouldNotBeNull();
        second.ShouldNotBeNull();
    }

    [Fact]
    public void The_path_is_that_of_the_variable_or_the_users_own()
    {
        DeviceProfile.StandardPath(name => name == "PARLEY_DEVICE_PROFILE" ? ProfilePath : null).ShouldBe(ProfilePath);
        DeviceProfile.StandardPath(_ => null)?.ShouldEndWith(Path.Combine("parley", "devices.json"));
    }

    [Fact]
    public void Another_way_to_the_same_hardware_is_taken_where_it_is_faster()
    {
        FaultInjectingBackend chip = new("chip")
        {
            Detection = () => DeviceDetection.Found(Device("chip", 0, isAlternative: false), Device("chip:1", 1, isAlternative: true)),
        };
        Save(Measurement("chip", 2), Measurement("chip:1", 1));
        DeviceManager named = new(new DeviceOptions { Device = "chip", ProfilePath = ProfilePath }, [chip, new CpuBackend()], _log);
        DeviceManager exact = new(new DeviceOptions { Device = "chip:0", ProfilePath = ProfilePath }, [chip, new CpuBackend()], _log);

        named.Select(TinyModel.FilePath).Device.Name.ShouldBe("chip:1");
        named.Select("/another/model.onnx").Device.Name.ShouldBe("chip");
        exact.Select(TinyModel.FilePath).Device.Name.ShouldBe("chip");
    }

    private static Device Device(string name, int index, bool isAlternative) => new()
    {
        Name = name,
        Backend = "chip",
        Index = index,
        IsAlternative = isAlternative,
        Kind = DeviceKind.Gpu,
        Description = "Fault injector 0",
        Provider = "CPUExecutionProvider",
    };

    private static DeviceFingerprint On(string device) => device == "cpu"
        ? DeviceFingerprint.Of(new CpuBackend().Detect().Devices[0])
        : new DeviceFingerprint(device, "Fault injector 0", null, DeviceManager.RuntimeVersion);

    private static ModelMeasurement Measurement(string device, double seconds) => new()
    {
        On = On(device),
        ModelSha256 = ModelHash.Of(TinyModel.FilePath),
        ModelBytes = new FileInfo(TinyModel.FilePath).Length,
        Stage = "speakers",
        Lengths = [new LengthMeasurement(1, seconds, 3)],
        Differences = [new OutputDifference("embedding", 1e-6, 1e-3)],
    };

    private static TranscriptCheck Check(string device, string? difference)
        => new() { On = On(device), ModelSha256 = ModelHash.Of(TinyModel.FilePath), Sample = "hello.wav", Difference = difference };

    private void Save(params ModelMeasurement[] measurements) => DeviceProfile.Empty.With(new DeviceTrial(measurements, null)).Save(ProfilePath);

    private DeviceManager Manager(DeviceOptions? options = null)
        => new((options ?? new DeviceOptions()) with { Priority = ["soft", "fast", "cpu"], ProfilePath = ProfilePath }, [_soft, _fast, new CpuBackend()], _log);
}
