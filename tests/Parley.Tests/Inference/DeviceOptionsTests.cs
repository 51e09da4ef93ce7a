using System.ComponentModel.DataAnnotations;
using Parley.Inference.Devices;

namespace Parley.Tests.Inference;

public sealed class DeviceOptionsTests
{
    [Fact]
    public void Defaults_are_those_of_the_configuration_file()
    {
        DeviceOptions options = new();

        options.Device.ShouldBe("auto");
        options.Priority.ShouldBe(["mps", "cuda", "rocm", "xpu", "webgpu", "directml", "cpu"]);
        options.FallbackOnError.ShouldBeTrue();
        DeviceBackends.All.Select(backend => backend.Name).ShouldBe(options.Priority);
    }

    [Fact]
    public void Environment_goes_before_the_file()
    {
        Dictionary<string, string> variables = new() { ["FUNASR_DEVICE"] = " cuda:1 ", ["FUNASR_DEVICE_PRIORITY"] = "webgpu, cpu,," };

        DeviceOptions options = new DeviceOptions { Device = "cpu", FallbackOnError = false }.WithEnvironment(variables.GetValueOrDefault);

        options.Device.ShouldBe("cuda:1");
        options.Priority.ShouldBe(["webgpu", "cpu"]);
        options.FallbackOnError.ShouldBeFalse();
    }

    [Fact]
    public void Empty_variables_change_nothing()
    {
        DeviceOptions file = new() { Device = "webgpu", Priority = ["cpu"] };

        file.WithEnvironment(_ => "  ").ShouldBe(file);
        file.WithEnvironment(_ => null).ShouldBe(file);
    }

    [Theory]
    [InlineData("", "cpu")]
    [InlineData("auto", " ")]
    public void Empty_names_are_refused_with_the_key(string device, string priority)
    {
        DeviceOptions options = new() { Device = device, Priority = [priority] };

        options.Validate(new ValidationContext(options)).ShouldHaveSingleItem().ErrorMessage!.ShouldStartWith("funasr.device");
    }
}
