using Microsoft.ML.OnnxRuntime;
using Parley.Models.Onnx;

namespace Parley.Inference.Devices;

/// <summary>
/// Any GPU, through the WebGPU provider that is part of our runtime: Vulkan on Linux, Direct3D 12 on Windows, Metal on macOS.
/// The provider picks the adapter itself (cards before graphics in chips before software) and does not say which, so there is one device.
/// </summary>
internal sealed class WebGpuBackend(ProviderCatalog providers, Func<IReadOnlyList<GraphicsAdapter>?> adapters) : IDeviceBackend
{
    internal const string Provider = "WebGpuExecutionProvider";

    private const string ShortName = "WebGPU";

    // Every WebGPU device can bind this much to a shader at least.
    private const long GuaranteedBufferBytes = 128L << 20;

    public WebGpuBackend()
        : this(ProviderCatalog.Runtime, GraphicsAdapters)
    {
    }

    public string Name => "webgpu";

    public DeviceDetection Detect() => Detect(providers, adapters, Name);

    public void Configure(Device device, string modelPath, SessionOptions session) => Append(modelPath, session);

    /// <summary>Finds the WebGPU device under the name of a backend.</summary>
    internal static DeviceDetection Detect(ProviderCatalog providers, Func<IReadOnlyList<GraphicsAdapter>?> adapters, string backend)
    {
        if (!providers.Has(Provider))
            return DeviceDetection.None("this ONNX Runtime was built without the WebGPU provider", "Use the native library of the npm package onnxruntime-node.");
        IReadOnlyList<GraphicsAdapter>? found = adapters();
        if (found is null)
            return DeviceDetection.None($"{VulkanAdapters.LoaderName} is not installed", "Install the Vulkan loader (Debian: libvulkan1) and your card's Vulkan driver.");
        if (found.Count == 0)
            return DeviceDetection.None("no graphics driver is installed", "Install your card's Vulkan driver (Debian: mesa-vulkan-drivers, or NVIDIA's own).");

        // Some drivers are listed but refused by the provider, so only starting it tells.
        string? refusal;
        using (ProviderGate.Enter(Provider, index: 0, CancellationToken.None))
            refusal = providers.TryStart(session => session.AppendExecutionProvider(ShortName, []));
        if (refusal is not null)
            return DeviceDetection.None($"{found[0].Name}: {refusal}", "Update the graphics driver; software drivers other than SwiftShader are not supported.");

        GraphicsAdapter adapter = found[0];
        return DeviceDetection.Found(new Device
        {
            Name = backend,
            Backend = backend,
            Kind = adapter.IsSoftware ? DeviceKind.SoftwareGpu : DeviceKind.Gpu,
            Description = adapter.Name,
            Provider = Provider,
            MemoryBytes = adapter.MemoryBytes,
            Driver = adapter.Driver,
            Limits = new DeviceLimits
            {
                MaxTensorBytes = adapter.MaxBufferBytes ?? GuaranteedBufferBytes,
                MaxBatchSeconds = 60,
                Concurrency = DeviceConcurrency.OneRunAtATime,
            },
            Warnings = providers.VersionWarnings(),
        });
    }

    /// <summary>Adds the provider, with the nodes of the model that must stay on the CPU.</summary>
    internal static void Append(string modelPath, SessionOptions session)
    {
        Dictionary<string, string> options = new(StringComparer.Ordinal);
        if (string.Join('\n', NodesForCpu(OnnxModel.Read(modelPath).Nodes)) is { Length: > 0 } nodes)
            options["forceCpuNodeNames"] = nodes;
        session.AppendExecutionProvider(ShortName, options);
    }

    /// <summary>
    /// Nodes that the provider computes wrong. Batch normalisation of a matrix (the last layer of CAM++) takes the first channel's statistics
    /// for all channels (ONNX Runtime 1.30); it is the one after a matrix product.
    /// </summary>
    internal static IEnumerable<string> NodesForCpu(IReadOnlyList<OnnxNode> nodes)
    {
        HashSet<string> matrices = [.. nodes.Where(node => node.Operator is "MatMul" or "Gemm").SelectMany(node => node.Outputs)];
        return nodes.Where(node => node.Operator is "BatchNormalization" && node.Name.Length > 0 && matrices.Contains(node.Inputs[0])).Select(node => node.Name);
    }

    internal static IReadOnlyList<GraphicsAdapter>? GraphicsAdapters()
    {
        if (OperatingSystem.IsMacOS())
            return [new GraphicsAdapter(MacInformation.ChipName() ?? "Apple GPU", IsSoftware: false, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, $"Metal of macOS {Environment.OSVersion.Version}", MaxBufferBytes: null)];
        return OperatingSystem.IsWindows() ? WindowsAdapters.List() : VulkanAdapters.List();
    }
}
