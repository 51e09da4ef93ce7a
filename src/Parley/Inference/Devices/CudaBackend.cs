using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference.Devices;

/// <summary>NVIDIA's GPUs through the CUDA provider, a library of its own that is installed beside the program.</summary>
internal sealed class CudaBackend(ProviderCatalog providers, Func<CudaDriver?> driver) : IDeviceBackend
{
    internal const string Provider = "CUDAExecutionProvider";

    private const string InstallProvider =
        "Put the provider libraries of the npm package com.github.asus4.onnxruntime.linux-x64-gpu (or of Microsoft.ML.OnnxRuntime.Gpu) beside the program, and install CUDA 12 and cuDNN 9.";

    private static readonly Version OldestCuda = new(12, 0);

    public CudaBackend()
        : this(ProviderCatalog.Runtime, CudaDriver.Query)
    {
    }

    public string Name => "cuda";

    public DeviceDetection Detect()
    {
        CudaDriver? found = driver();
        if (found is null || found.Gpus.Count == 0)
            return DeviceDetection.None(found is null ? $"no NVIDIA driver ({CudaDriver.LibraryName})" : "the NVIDIA driver sees no GPU", "Install NVIDIA's driver; in a container, pass the GPU through.");
        if (!providers.Has(Provider))
            return DeviceDetection.None("this ONNX Runtime was built without the CUDA provider", "Use a runtime for CUDA, or webgpu, which runs on the same GPU.");
        if (providers.FindLibrary("cuda") is null)
            return DeviceDetection.None($"{ProviderCatalog.LibraryFileName("cuda")} is not installed", InstallProvider + " Or use webgpu, which runs on the same GPU.");
        if (providers.TryStart(session => Append(session, 0)) is { } refusal)
            return DeviceDetection.None(refusal, InstallProvider);

        List<string> warnings = [.. providers.VersionWarnings()];
        if (found.CudaVersion < OldestCuda)
            warnings.Add($"NVIDIA's driver goes up to CUDA {found.CudaVersion}; the provider needs {OldestCuda}. Update the driver to version 525 or later.");
        return DeviceDetection.Found([.. found.Gpus.Select((gpu, index) => new Device
        {
            Name = Device.NameOf(Name, index),
            Backend = Name,
            Index = index,
            Kind = DeviceKind.Gpu,
            Description = gpu.Name,
            Provider = Provider,
            MemoryBytes = gpu.MemoryBytes,
            Driver = $"CUDA {found.CudaVersion}",
            Limits = new DeviceLimits { MaxBatchSeconds = 300 },
            Warnings = warnings,
        })]);
    }

    public void Configure(Device device, string modelPath, SessionOptions session) => Append(session, device.Index);

    private static void Append(SessionOptions session, int index)
    {
        using OrtCUDAProviderOptions options = new();
        options.UpdateOptions(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["device_id"] = index.ToString(System.Globalization.CultureInfo.InvariantCulture),

            // Segments differ in length: an exhaustive search would start again for each, and the arena would double with each.
            ["cudnn_conv_algo_search"] = "HEURISTIC",
            ["arena_extend_strategy"] = "kSameAsRequested",

            // TF32 keeps 10 bits of the mantissa; results have to be those of the CPU.
            ["use_tf32"] = "0",
        });
        session.AppendExecutionProvider_CUDA(options);
    }
}
