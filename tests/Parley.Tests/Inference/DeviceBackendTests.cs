using Parley.Inference.Devices;
using Parley.Models.Onnx;

namespace Parley.Tests.Inference;

[Collection(SoftwareVulkan.OneAtATime)]
public sealed class DeviceBackendTests
{
    private static readonly GraphicsAdapter Card = new("Some card", IsSoftware: false, 8L << 30, "1.2.3", 2L << 30);

    [Fact]
    public void Cuda_says_what_is_missing_one_after_the_other()
    {
        CudaDriver driver = new(new Version(12, 4), [new CudaGpu("NVIDIA A", 1L << 30)]);

        Reason(new CudaBackend(new FakeProviders(), () => null)).ShouldContain("no NVIDIA driver");
        Reason(new CudaBackend(new FakeProviders(), () => driver with { Gpus = [] })).ShouldContain("sees no GPU");
        Reason(new CudaBackend(new FakeProviders(), () => driver)).ShouldContain("built without the CUDA provider");
        Reason(new CudaBackend(new FakeProviders { Providers = ["CUDAExecutionProvider"] }, () => driver)).ShouldContain("onnxruntime_providers_cuda");
        Reason(new CudaBackend(new FakeProviders { Providers = ["CUDAExecutionProvider"], Libraries = ["cuda"], Refusal = "libcudnn.so.9 not found" }, () => driver))
            .ShouldBe("libcudnn.so.9 not found");
    }

    [Fact]
    public void Several_gpus_are_several_devices()
    {
        CudaDriver driver = new(new Version(11, 8), [new CudaGpu("NVIDIA A", 1L << 30), new CudaGpu("NVIDIA B", 2L << 30)]);
        CudaBackend backend = new(new FakeProviders { Providers = ["CUDAExecutionProvider"], Libraries = ["cuda"] }, () => driver);

        IReadOnlyList<Device> devices = backend.Detect().Devices;

        devices.Select(device => device.Name).ShouldBe(["cuda", "cuda:1"]);
        devices.Select(device => device.Index).ShouldBe([0, 1]);
        devices.Select(device => device.Description).ShouldBe(["NVIDIA A", "NVIDIA B"]);
        devices[1].MemoryBytes.ShouldBe(2L << 30);
        devices[1].Warnings.ShouldHaveSingleItem().ShouldContain("Update the driver");
        devices[0].IsCalled("cuda:0").ShouldBeTrue();
        devices[1].IsCalled("cuda").ShouldBeFalse();
    }

    [Fact]
    public void WebGpu_says_what_is_missing_one_after_the_other()
    {
        FakeProviders with = new() { Providers = ["WebGpuExecutionProvider"] };

        Reason(new WebGpuBackend(new FakeProviders(), () => [Card])).ShouldContain("built without the WebGPU provider");
        Reason(new WebGpuBackend(with, () => null)).ShouldContain("is not installed");
        Reason(new WebGpuBackend(with, () => [])).ShouldContain("no graphics driver");
        Reason(new WebGpuBackend(new FakeProviders { Providers = with.Providers, Refusal = "No supported adapters" }, () => [Card])).ShouldBe("Some card: No supported adapters");
    }

    [Fact]
    public void WebGpu_tells_software_from_hardware_and_has_an_explicit_limit()
    {
        FakeProviders with = new() { Providers = ["WebGpuExecutionProvider"] };

        Device card = new WebGpuBackend(with, () => [Card]).Detect().Devices.ShouldHaveSingleItem();
        Device software = new WebGpuBackend(with, () => [Card with { IsSoftware = true, MaxBufferBytes = null }]).Detect().Devices.ShouldHaveSingleItem();

        card.Kind.ShouldBe(DeviceKind.Gpu);
        card.Limits.MaxTensorBytes.ShouldBe(2L << 30);
        card.Limits.Concurrency.ShouldBe(DeviceConcurrency.OneRunAtATime);
        card.MemoryBytes.ShouldBe(8L << 30);
        software.Kind.ShouldBe(DeviceKind.SoftwareGpu);
        software.Limits.MaxTensorBytes.ShouldBe(128L << 20);
    }

    [Fact]
    public void WebGpu_leaves_to_the_cpu_what_it_computes_wrong()
    {
        IReadOnlyList<OnnxNode> speakers = OnnxModel.Read(Path.Combine(TestPaths.DemoBundle, "spk", "model.onnx")).Nodes;
        IReadOnlyList<OnnxNode> tiny = OnnxModel.Read(TinyModel.FilePath).Nodes;

        tiny.Select(node => node.Operator).ShouldBe(["ReduceMax", "Neg", "Slice", "Concat"]);
        tiny[3].Inputs.ShouldBe(["peak", "negative", "low"]);
        tiny[3].Outputs.ShouldBe(["embedding"]);
        WebGpuBackend.NodesForCpu(tiny).ShouldBeEmpty();
        speakers.Count(node => node.Operator == "BatchNormalization").ShouldBeGreaterThan(1);
        WebGpuBackend.NodesForCpu(speakers).ShouldHaveSingleItem(); // of a matrix; the others are of convolutions
    }

    [Fact]
    public void Mps_is_metal_first_and_core_ml_second()
    {
        FakeProviders providers = new() { Providers = ["WebGpuExecutionProvider", "CoreMLExecutionProvider"] };

        Reason(new MpsBackend(providers, () => null)).ShouldBe("only macOS has it");
        Reason(new MpsBackend(providers, () => new Version(12, 2))).ShouldContain("too old");

        IReadOnlyList<Device> devices = new MpsBackend(new FakeProviders { Providers = ["CoreMLExecutionProvider"] }, () => new Version(13, 1)).Detect().Devices;
        Device coreMl = devices.ShouldHaveSingleItem();
        coreMl.Name.ShouldBe("mps:1");
        coreMl.Limits.FrameBuckets.ShouldNotBeEmpty();
        coreMl.Warnings.ShouldHaveSingleItem().ShouldContain("Update macOS");
    }

    [Fact]
    public void Rocm_and_xpu_say_what_is_missing_one_after_the_other()
    {
        LinuxGpu amd = new(LinuxGpus.Amd, "0x744c", 24L << 30);
        Reason(new RocmBackend(new FakeProviders(), () => [])).ShouldContain("no AMD GPU");
        Reason(new RocmBackend(new FakeProviders(), () => [amd])).ShouldContain("built without");
        Reason(new RocmBackend(new FakeProviders { Providers = ["MIGraphXExecutionProvider"] }, () => [amd])).ShouldContain("migraphx");
        RocmBackend rocm = new(new FakeProviders { Providers = ["MIGraphXExecutionProvider"], Libraries = ["migraphx"] }, () => [amd, amd]);
        rocm.Detect().Devices.Select(device => device.Name).ShouldBe(["rocm", "rocm:1"]);

        Reason(new XpuBackend(new FakeProviders(), () => [])).ShouldContain("no Intel GPU");
        Reason(new XpuBackend(new FakeProviders(), () => [Card])).ShouldContain("built without");
        Reason(new XpuBackend(new FakeProviders { Providers = ["OpenVINOExecutionProvider"] }, () => [Card])).ShouldContain("openvino");
        XpuBackend xpu = new(new FakeProviders { Providers = ["OpenVINOExecutionProvider"], Libraries = ["openvino"] }, () => [Card]);
        xpu.Detect().Devices.ShouldHaveSingleItem().Driver.ShouldBe("1.2.3");
    }

    [Fact]
    public void DirectMl_takes_no_software_adapter()
    {
        FakeProviders providers = new() { Providers = ["DmlExecutionProvider"] };

        Reason(new DirectMlBackend(new FakeProviders(), () => [Card])).ShouldNotBeEmpty();
        Reason(new DirectMlBackend(providers, () => [Card with { IsSoftware = true }])).ShouldContain("no GPU");
        new DirectMlBackend(providers, () => [Card, Card]).Detect().Devices.Select(device => device.Name).ShouldBe(["directml", "directml:1"]);
    }

    [Fact]
    public void An_old_runtime_is_warned_about_with_the_remedy()
        => new FakeProviders { Version = "1.20.1" }.VersionWarnings().ShouldHaveSingleItem().ShouldContain("onnxruntime-node");

    [Fact]
    public void Vulkan_structures_are_read_as_the_specification_lays_them_out()
    {
        byte[] properties = new byte[824], memory = new byte[520];
        BitConverter.GetBytes((550u << 22) | (54u << 14) | (15u << 6)).CopyTo(properties, 4);
        BitConverter.GetBytes(0x10DEu).CopyTo(properties, 8);
        BitConverter.GetBytes(2).CopyTo(properties, 16);
        "NVIDIA H200\0"u8.CopyTo(properties.AsSpan(20));
        BitConverter.GetBytes(0xFFFFFFFFu).CopyTo(properties, 324);
        BitConverter.GetBytes(2).CopyTo(memory, 260);
        BitConverter.GetBytes(140L << 30).CopyTo(memory, 264);
        BitConverter.GetBytes(1u).CopyTo(memory, 272);
        BitConverter.GetBytes(64L << 30).CopyTo(memory, 280);

        (int rank, GraphicsAdapter adapter) = VulkanAdapters.Parse(properties, memory);

        rank.ShouldBe(0);
        adapter.ShouldBe(new GraphicsAdapter("NVIDIA H200", IsSoftware: false, 140L << 30, "550.54.15", 0xFFFFFFFFL));
    }

    [Fact]
    public void Linux_lists_cards_and_not_their_sockets()
    {
        using TempFolder root = new();
        foreach (string card in (string[])["card1", "card0", "card0-HDMI-A-1"])
        {
            string device = Directory.CreateDirectory(Path.Combine(root.Path, card, "device")).FullName;
            File.WriteAllText(Path.Combine(device, "vendor"), card == "card1" ? "0x8086\n" : "0x1002\n");
            File.WriteAllText(Path.Combine(device, "device"), "0x744c\n");
        }

        File.WriteAllText(Path.Combine(root.Path, "card0", "device", "mem_info_vram_total"), "1024\n");

        LinuxGpus.List(root.Path).ShouldBe([new LinuxGpu(LinuxGpus.Amd, "0x744c", 1024), new LinuxGpu(LinuxGpus.Intel, "0x744c", null)]);
        LinuxGpus.List(Path.Combine(root.Path, "absent")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("[ErrorCode:Fail] /src/core/webgpu_context.cc:136 void f(const A&)::<lambda()> adapter == Success was false. Failed to get an adapter: none\n", "Failed to get an adapter: none")]
    [InlineData("[ErrorCode:RuntimeException] Some\n  words", "Some words")]
    public void Runtime_messages_become_one_line(string message, string expected) => RuntimeMessage.Shorten(message).ShouldBe(expected);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 50)]
    [InlineData(50, 50)]
    [InlineData(51, 100)]
    [InlineData(101, 200)]
    public void Frames_are_padded_to_the_next_bucket(int frames, int expected)
    {
        DeviceLimits limits = new() { FrameBuckets = [50, 100] };

        limits.PadFrames(frames).ShouldBe(expected);
        new DeviceLimits().PadFrames(frames).ShouldBe(frames);
    }

    private static string Reason(IDeviceBackend backend)
    {
        DeviceDetection detection = backend.Detect();
        detection.Devices.ShouldBeEmpty();
        return detection.Reason!;
    }
}
