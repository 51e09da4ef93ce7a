using Parley.Cli;
using Parley.Cli.Devices;
using Parley.Cli.Terminals;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Tests.Inference;

namespace Parley.Tests.Cli;

public sealed class DeviceMeasuringTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringWriter _error = new();
    private readonly Terminal _terminal;
    private readonly ModelBundle _bundle = ModelBundle.Load(TestPaths.DemoBundle);
    private readonly IReadOnlyList<Device> _devices = new DeviceManager(new DeviceOptions(), [new FaultInjectingBackend("cuda"), new CpuBackend()]).AvailableDevices();

    public DeviceMeasuringTests() => _terminal = new Terminal(new MemoryStream(), _error, () => Stream.Null);

    private string ProfilePath => Path.Combine(_folder.Root, "devices.json");

    public void Dispose()
    {
        _terminal.Dispose();
        _error.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_device_is_measured_in_a_process_of_its_own_the_cpu_first()
    {
        List<string> calls = [];
        bool allWell = await RunAsync(arguments =>
        {
            calls.Add(string.Join(' ', arguments));
            return new ChildResult(ExitCode.Done, DeviceTrialRun.ToJson(Trial(arguments[2], 1)));
        });

        allWell.ShouldBeTrue();
        calls.ShouldBe(["devices --trial cpu --models somewhere", "devices --trial cuda --models somewhere"]);
        DeviceProfile profile = DeviceProfile.Load(ProfilePath, out _)!;
        profile.Models.Count.ShouldBe(2 * _bundle.Stages.Count);
    }

    [Theory]
    [InlineData(139, "", "ended with status 139")]
    [InlineData(0, "no json", "ended with status 0")]
    [InlineData(null, "", "did not come to an end")]
    public async Task A_process_that_crashes_hangs_or_babbles_is_a_problem_of_its_device(int? status, string output, string expected)
    {
        bool allWell = await RunAsync(arguments => arguments[2] == "cuda" ? new ChildResult(status, output) : new ChildResult(ExitCode.Done, DeviceTrialRun.ToJson(Trial("cpu", 1))));

        allWell.ShouldBeFalse();
        DeviceProfile profile = DeviceProfile.Load(ProfilePath, out _)!;
        profile.Models.Where(model => model.On.Device == "cuda").ShouldAllBe(model => model.Objection!.Contains(expected));
        new DeviceManager(new DeviceOptions { ProfilePath = ProfilePath }, [new FaultInjectingBackend("cuda"), new CpuBackend()])
            .Select(_bundle.Asr.ModelPath).Device.Name.ShouldBe("cpu");
    }

    [Fact]
    public async Task Two_at_once_are_one_too_many()
    {
        using ProfileLock other = ProfileLock.TryTake(ProfilePath)!;

        (await RunAsync(_ => throw new InvalidOperationException("must not run"))).ShouldBeFalse();

        _error.ToString().ShouldContain("Another process is measuring");
    }

    [Fact]
    public async Task A_corrupt_profile_is_replaced()
    {
        File.WriteAllText(ProfilePath, "{ not json");

        (await RunAsync(arguments => new ChildResult(ExitCode.Done, DeviceTrialRun.ToJson(Trial(arguments[2], 1))))).ShouldBeTrue();

        _error.ToString().ShouldContain("is ignored: it is damaged in line 1. Measure again");
        DeviceProfile.Load(ProfilePath, out string? problem).ShouldNotBeNull();
        problem.ShouldBeNull();
    }

    [Fact]
    public void Trials_survive_the_way_between_processes()
    {
        DeviceTrial trial = Trial("cuda", 0.5);
        DeviceTrial read = DeviceTrialRun.FromJson(DeviceTrialRun.ToJson(trial))!;

        read.Models.Select(model => model.TotalSeconds).ShouldBe(trial.Models.Select(model => model.TotalSeconds));
        read.Models[0].On.ShouldBe(trial.Models[0].On);
        DeviceTrialRun.FromJson("nonsense").ShouldBeNull();
    }

    private DeviceTrial Trial(string device, double seconds)
    {
        Device found = _devices.Single(item => item.Name == device);
        return new DeviceTrial([.. _bundle.Stages.Select(stage => ModelMeter.Failed(stage.Stage, stage.ModelPath, found, "") with { Problem = null, Lengths = [new LengthMeasurement(1, seconds, 1)] })], null);
    }

    private Task<bool> RunAsync(Func<IReadOnlyList<string>, ChildResult> child)
        => new DeviceMeasuring(_terminal, (arguments, _) => Task.FromResult(child(arguments))).RunAsync(_devices, _bundle, ["--models", "somewhere"], ProfilePath, CancellationToken.None);
}
