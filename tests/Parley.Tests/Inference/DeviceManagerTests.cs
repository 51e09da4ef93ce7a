using Parley.Inference;
using Parley.Inference.Devices;

namespace Parley.Tests.Inference;

[Collection(SoftwareVulkan.OneAtATime)]
public sealed class DeviceManagerTests
{
    private readonly ListLogger _log = new();

    [Fact]
    public void Detect_lists_every_backend_and_crashes_on_none()
    {
        IReadOnlyList<DeviceReport> reports = new DeviceManager().Detect();

        foreach (IDeviceBackend backend in DeviceBackends.All)
            reports.ShouldContain(report => report.Name == backend.Name);
        reports.Where(report => !report.IsAvailable).ShouldAllBe(report => !string.IsNullOrWhiteSpace(report.Reason));
        reports[^1].Name.ShouldBe("cpu");
        reports[^1].IsAvailable.ShouldBeTrue();
        reports[^1].Device!.MemoryBytes!.Value.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_backend_needs_one_line_in_the_list_and_nothing_else()
    {
        FaultInjectingBackend added = new("pocket-calculator") { DeviceCount = 2 };
        DeviceManager manager = Manager(new DeviceOptions { Device = "pocket-calculator:1" }, added, new CpuBackend());

        manager.AvailableDevices().Select(device => device.Name).ShouldBe(["pocket-calculator", "pocket-calculator:1", "cpu"]);
        using ModelSession session = ModelSession.Load(TinyModel.FilePath, new InferenceOptions { Threads = 1, Devices = manager });
        session.Device.ShouldBe("pocket-calculator:1");
        TinyModel.Run(session).ShouldBe(TinyModel.Expected());
    }

    [Fact]
    public void Auto_takes_the_first_of_the_priority_list_and_says_why_not_the_others()
    {
        DeviceManager manager = Manager(
            new DeviceOptions { Priority = ["absent", "second", "first"] },
            new FaultInjectingBackend("first"),
            new FaultInjectingBackend("second"),
            Absent("absent", "no such card"),
            new CpuBackend());

        DeviceChoice choice = manager.Select();

        choice.Device.Name.ShouldBe("second");
        choice.Fallback.ShouldBeNull();
        choice.Rejected.ShouldBe([new RejectedDevice("absent", "no such card")]);
        _log.Informations.ShouldContain("Device absent passed over: no such card");
        _log.Informations.ShouldContain(line => line.StartsWith("Device second (Fault injector 0", StringComparison.Ordinal));
        _log.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void Auto_ends_at_the_cpu_even_where_the_list_does_not_name_it()
    {
        DeviceManager manager = Manager(new DeviceOptions { Priority = ["absent"] }, Absent("absent", "gone"), new CpuBackend());

        manager.Select().Device.Name.ShouldBe("cpu");
    }

    [Fact]
    public void Auto_does_not_take_a_gpu_that_computes_on_the_cpu()
    {
        FaultInjectingBackend software = new("soft") { Kind = DeviceKind.SoftwareGpu };
        DeviceManager manager = Manager(new DeviceOptions { Priority = ["soft", "cpu"] }, software, new CpuBackend());

        DeviceChoice choice = manager.Select();

        choice.Device.Name.ShouldBe("cpu");
        choice.Rejected.ShouldHaveSingleItem().Reason.ShouldContain("name it in funasr.device");
    }

    [Theory]
    [InlineData("soft")]
    [InlineData("SOFT")]
    [InlineData("soft:0")]
    public void A_named_device_is_taken_as_configured(string name)
    {
        DeviceManager manager = Manager(new DeviceOptions { Device = name }, new FaultInjectingBackend("soft") { Kind = DeviceKind.SoftwareGpu }, new CpuBackend());

        manager.Select().ShouldSatisfyAllConditions(
            choice => choice.Device.Name.ShouldBe("soft"),
            choice => choice.Reason.ShouldBe("as configured"),
            choice => choice.Fallback.ShouldBeNull());
    }

    [Fact]
    public void A_named_device_that_is_absent_is_replaced_with_one_warning()
    {
        DeviceManager manager = Manager(
            new DeviceOptions { Device = "absent", Priority = ["absent", "present"] }, Absent("absent", "no such card", "Buy one."), new FaultInjectingBackend("present"), new CpuBackend());

        DeviceChoice choice = manager.Select("a");
        manager.Select("b");

        choice.Device.Name.ShouldBe("present");
        choice.Fallback.ShouldBe("Device absent is not available: no such card. Buy one; present is used instead.");
        _log.Warnings.ShouldBe([choice.Fallback!]);
    }

    [Fact]
    public void A_named_device_that_is_absent_is_an_error_without_fallback()
    {
        DeviceManager manager = Manager(new DeviceOptions { Device = "absent", FallbackOnError = false }, Absent("absent", "no such card", "Buy one."), new CpuBackend());

        InferenceException error = Should.Throw<InferenceException>(() => manager.Select());

        error.Fault.ShouldBe(InferenceFault.DeviceUnavailable);
        error.Device.ShouldBe("absent");
        error.Message.ShouldContain("no such card. Buy one.");
        error.Message.ShouldContain("funasr.fallback_on_error");
    }

    [Fact]
    public void Cuda_without_cuda_is_never_silent()
    {
        IDeviceBackend cuda = new CudaBackend(new FakeProviders(), () => null);
        DeviceManager lenient = Manager(new DeviceOptions { Device = "cuda" }, cuda, new CpuBackend());
        DeviceManager strict = Manager(new DeviceOptions { Device = "cuda", FallbackOnError = false }, cuda, new CpuBackend());

        lenient.Select().Device.Name.ShouldBe("cpu");
        _log.Warnings.ShouldHaveSingleItem().ShouldContain("no NVIDIA driver");
        Should.Throw<InferenceException>(() => strict.Select());
    }

    [Fact]
    public void A_number_beyond_the_last_device_is_not_available()
    {
        DeviceManager manager = Manager(new DeviceOptions { Device = "gpu:7", FallbackOnError = false }, new FaultInjectingBackend("gpu") { DeviceCount = 2 }, new CpuBackend());

        Should.Throw<InferenceException>(() => manager.Select()).Message.ShouldContain("there are only gpu, gpu:1");
    }

    [Fact]
    public void An_unknown_name_is_a_warning_with_fallback_and_a_wrong_argument_without()
    {
        Manager(new DeviceOptions { Device = "quda" }, new CpuBackend()).Select().Device.Name.ShouldBe("cpu");
        _log.Warnings.ShouldHaveSingleItem().ShouldContain("'quda' is no device. Known: auto, cpu");

        DeviceManager strict = Manager(new DeviceOptions { Device = "quda", FallbackOnError = false }, new CpuBackend());
        Should.Throw<ArgumentException>(() => strict.Select());
    }

    [Fact]
    public void An_unknown_name_in_the_priority_list_warns_once()
    {
        DeviceManager manager = Manager(new DeviceOptions { Priority = ["quda"] }, new CpuBackend());

        manager.Select("a");
        manager.Select("b");

        _log.Warnings.ShouldHaveSingleItem().ShouldContain("quda");
    }

    [Fact]
    public void A_configured_device_wakes_no_other_driver()
    {
        FaultInjectingBackend other = new("other"), wanted = new("wanted");
        DeviceManager manager = Manager(new DeviceOptions { Device = "wanted" }, other, wanted, new CpuBackend());

        using ModelSession session = ModelSession.Load(TinyModel.FilePath, new InferenceOptions { Threads = 1, Devices = manager });
        TinyModel.Run(session);

        wanted.Detections.ShouldBe(1);
        other.Detections.ShouldBe(0);
    }

    [Fact]
    public async Task A_driver_that_does_not_answer_is_not_waited_for()
    {
        ManualTime time = new();
        using ManualResetEventSlim stuck = new();
        FaultInjectingBackend hanging = new("hanging") { Detection = () => { stuck.Wait(); return DeviceDetection.Found(); } };
        DeviceManager manager = new(new DeviceOptions(), [hanging, new CpuBackend()], _log, time);

        Task<DeviceReport> information = Task.Run(() => manager.Information("hanging"));
        time.UntilSomebodyWaits();
        time.Advance(TimeSpan.FromMinutes(1));
        DeviceReport report = await information;
        stuck.Set();

        report.IsAvailable.ShouldBeFalse();
        report.Reason!.ShouldContain("did not answer");
    }

    [Fact]
    public void Information_describes_one_device()
    {
        DeviceManager manager = Manager(new DeviceOptions(), new FaultInjectingBackend("gpu") { DeviceCount = 2 }, new CpuBackend());

        manager.Information("gpu:1").Device!.Description.ShouldBe("Fault injector 1");
        Should.Throw<ArgumentException>(() => manager.Information("quda"));
    }

    [Theory]
    [InlineData("auto", true)]
    [InlineData("CUDA:1", true)]
    [InlineData("webgpu", true)]
    [InlineData("quda", false)]
    public void Known_names_are_those_of_the_backends(string name, bool isKnown) => DeviceManager.IsKnownName(name).ShouldBe(isKnown);

    private static FaultInjectingBackend Absent(string name, string reason, string? remedy = null)
        => new(name) { Detection = () => DeviceDetection.None(reason, remedy) };

    private DeviceManager Manager(DeviceOptions options, params IDeviceBackend[] backends) => new(options, backends, _log);
}
