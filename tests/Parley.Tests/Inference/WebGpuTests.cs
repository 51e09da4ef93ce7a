using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Tests.Golden;

namespace Parley.Tests.Inference;

/// <summary>The WebGPU provider on SwiftShader: a real second device.</summary>
[Collection(SoftwareVulkan.OneAtATime)]
[Trait("Group", "e2e")]
public sealed class WebGpuTests
{
    [Fact]
    public void SwiftShader_is_detected_described_and_not_chosen_by_itself()
    {
        SoftwareVulkan.Require();
        DeviceManager manager = new(new DeviceOptions());

        Device device = manager.Information("webgpu").Device.ShouldNotBeNull();

        device.Kind.ShouldBe(DeviceKind.SoftwareGpu);
        device.Description.ShouldContain("SwiftShader");
        device.Driver.ShouldNotBeNullOrEmpty();
        device.Limits.MaxTensorBytes!.Value.ShouldBeGreaterThanOrEqualTo(128L << 20);
        manager.Select().Device.Name.ShouldNotBe("webgpu");
        manager.Select().Rejected.ShouldContain(item => item.Name == "webgpu");
    }

    [Fact]
    public void A_model_gives_the_same_as_on_the_cpu()
    {
        SoftwareVulkan.Require();
        DeviceManager manager = new(new DeviceOptions { Device = "webgpu", FallbackOnError = false });
        using ModelSession session = ModelSession.Load(TinyModel.FilePath, new InferenceOptions { Threads = 1, Devices = manager });

        float[] actual = TinyModel.Run(session, 3);

        session.Device.ShouldBe("webgpu");
        Close.Within(1e-6f, TinyModel.Expected(3), actual, columns: 192);
    }

    [Fact]
    public void Fsmn_vad_gives_the_same_as_on_the_cpu()
    {
        SoftwareVulkan.Require();
        string model = Path.Combine(TestPaths.ReferenceModels, "fsmn-vad", "model.onnx");
        Assert.SkipUnless(File.Exists(model), $"{model} is not there.");
        Random random = new(1);
        float[] frames = [.. Enumerable.Range(0, 40 * 400).Select(_ => (random.NextSingle() * 4) - 2)];

        float[] Scores(DeviceOptions options)
        {
            using ModelSession session = ModelSession.Load(model, new InferenceOptions { Threads = 1, Devices = new DeviceManager(options with { FallbackOnError = false }) });
            session.Device.ShouldBe(options.Device);
            List<ModelInput> inputs = [ModelInput.Of("speech", frames, 1, 40, 400)];
            inputs.AddRange(session.Inputs.Skip(1).Select(cache => ModelInput.Of(cache.Name, new float[cache.Shape.Aggregate(1L, (product, axis) => product * Math.Abs(axis))], [.. cache.Shape])));
            using ModelOutputs outputs = session.Run(inputs, CancellationToken.None);
            return outputs.Floats("logits").ToArray();
        }

        // Sums of up to 560 products in another order.
        Close.Within(5e-6f, Scores(new DeviceOptions { Device = "cpu" }), Scores(new DeviceOptions { Device = "webgpu" }), columns: 248);
    }

    [Fact]
    public async Task Sessions_of_several_managers_take_turns()
    {
        SoftwareVulkan.Require();
        float[] expected = TinyModel.Expected();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            DeviceManager manager = new(new DeviceOptions { Device = "webgpu", FallbackOnError = false });
            using ModelSession session = ModelSession.Load(TinyModel.FilePath, new InferenceOptions { Threads = 1, Devices = manager });
            Close.Within(1e-6f, expected, TinyModel.Run(session), columns: 192);
        })));
    }

    [Fact]
    public void A_failure_on_webgpu_goes_on_with_the_cpu()
    {
        SoftwareVulkan.Require();
        WebGpuBackend real = new();
        FaultInjectingBackend faulty = new("webgpu") { Detection = real.Detect };
        faulty.OnRun = _ => throw FaultInjectingBackend.Fault(InferenceFault.DeviceLost);
        DeviceManager manager = new(new DeviceOptions { Device = "webgpu" }, [faulty, new CpuBackend()]);
        using ModelSession session = ModelSession.Load(TinyModel.FilePath, new InferenceOptions { Threads = 1, Devices = manager });
        using InferenceScope scope = InferenceScope.Begin();

        TinyModel.Run(session).ShouldBe(TinyModel.Expected());

        scope.DevicesOf(session).ShouldBe(["cpu"]);
        scope.Notices.ShouldHaveSingleItem().ShouldContain("webgpu failed");
    }
}
