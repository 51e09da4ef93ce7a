using System.Text.Json;
using Parley.Cli.Devices;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Tests.Inference;

namespace Parley.Tests.Cli;

public sealed class DeviceTableTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FaultInjectingBackend _gpu = new("cuda") { DeviceCount = 2 };
    private readonly FaultInjectingBackend _absent = new("rocm") { Detection = () => DeviceDetection.None("no AMD GPU", "Install one.") };

    private string ProfilePath => Path.Combine(_folder.Root, "devices.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Text_lists_what_there_is_and_what_is_missing_for_the_rest()
    {
        StringWriter output = new();

        Table(bundle: null).WriteText(output);

        string[] lines = output.ToString().Split('\n');
        lines[0].ShouldStartWith("DEVICE");
        lines.ShouldContain(line => line.StartsWith("cuda ") && line.Contains("Fault injector 0") && line.Contains("not measured") && line.EndsWith("every stage"));
        lines.ShouldContain(line => line.StartsWith("cuda:1 ") && line.EndsWith('-'));
        lines.ShouldContain(line => line.StartsWith("cpu "));
        lines.ShouldContain("  rocm  no AMD GPU. Install one.");
    }

    [Fact]
    public void Json_has_the_same_for_programs()
    {
        StringWriter output = new();

        Table(bundle: null).WriteJson(output);

        using JsonDocument json = JsonDocument.Parse(output.ToString());
        JsonElement[] devices = [.. json.RootElement.GetProperty("devices").EnumerateArray()];
        devices.Select(device => device.GetProperty("name").GetString()).ShouldBe(["cuda", "cuda:1", "rocm", "cpu"]);
        devices.Select(device => device.GetProperty("available").GetBoolean()).ShouldBe([true, true, false, true]);
        devices[2].GetProperty("remedy").GetString().ShouldBe("Install one.");
        devices[0].GetProperty("chosen_for").EnumerateArray().Select(item => item.GetString()).ShouldBe(["every stage"]);
        devices[3].GetProperty("memory_bytes").GetInt64().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Measurements_show_speed_parity_quarantine_and_what_is_chosen()
    {
        ModelBundle bundle = ModelBundle.Load(TestPaths.DemoBundle);
        DeviceManager plain = new(new DeviceOptions(), [_gpu, _absent, new CpuBackend()]);
        DeviceProfile profile = DeviceProfile.Empty;
        foreach ((string name, double seconds, double difference) in new[] { ("cpu", 1.0, 0.0), ("cuda", 0.25, 1e-6), ("cuda:1", 0.125, 0.5) })
        {
            Device device = plain.Information(name).Device!;
            profile = profile.With(new DeviceTrial([.. bundle.Stages.Select(stage => ModelMeter.Failed(stage.Stage, stage.ModelPath, device, "") with
            {
                Problem = null,
                Lengths = [new LengthMeasurement(1, seconds, 3)],
                Differences = [new OutputDifference("logits", difference, 1e-3)],
            })], null));
        }

        profile.Save(ProfilePath);
        StringWriter text = new(), jsonText = new();
        Table(bundle).WriteText(text);
        Table(bundle).WriteJson(jsonText);

        string[] lines = text.ToString().Split('\n');
        lines.ShouldContain(line => line.StartsWith("cuda ") && line.Contains("4.00 x CPU") && line.Contains("yes") && line.EndsWith("vad, asr, punctuation, speakers"));
        lines.ShouldContain(line => line.StartsWith("cuda:1 ") && line.Contains("no") && line.EndsWith('-'));
        lines.ShouldContain(line => line.StartsWith("cuda:1: quarantined: computes wrong"));
        using JsonDocument json = JsonDocument.Parse(jsonText.ToString());
        JsonElement cuda = json.RootElement.GetProperty("devices")[0];
        cuda.GetProperty("speed_vs_cpu").GetDouble().ShouldBe(4);
        cuda.GetProperty("same_as_cpu").GetBoolean().ShouldBeTrue();
        cuda.GetProperty("measured").GetArrayLength().ShouldBe(bundle.Stages.Count);
    }

    private DeviceTable Table(ModelBundle? bundle)
        => new(new DeviceManager(new DeviceOptions { ProfilePath = ProfilePath }, [_gpu, _absent, new CpuBackend()]), bundle);
}
