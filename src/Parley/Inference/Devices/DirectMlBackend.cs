using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference.Devices;

/// <summary>Any Direct3D 12 GPU of Windows through DirectML, which is part of our runtime there.</summary>
internal sealed class DirectMlBackend(ProviderCatalog providers, Func<IReadOnlyList<GraphicsAdapter>> adapters) : IDeviceBackend
{
    internal const string Provider = "DmlExecutionProvider";

    public DirectMlBackend()
        : this(ProviderCatalog.Runtime, WindowsAdapters.List)
    {
    }

    public string Name => "directml";

    public DeviceDetection Detect()
    {
        if (!providers.Has(Provider))
        {
            return OperatingSystem.IsWindows()
                ? DeviceDetection.None("this ONNX Runtime was built without DirectML", "Use the native library of the npm package onnxruntime-node, with DirectML.dll beside it.")
                : DeviceDetection.None("only Windows has it");
        }

        IReadOnlyList<GraphicsAdapter> found = [.. adapters().Where(adapter => !adapter.IsSoftware)];
        if (found.Count == 0)
            return DeviceDetection.None("no GPU with a driver", "Install your card's driver.");

        // Direct3D numbers adapters in its own order: with several, the name of one may belong to another. The number is what counts.
        return providers.TryStart(session => Append(session, 0)) is { } refusal
            ? DeviceDetection.None(refusal, "Update Windows and the graphics driver; DirectML.dll must lie beside onnxruntime.dll.")
            : DeviceDetection.Found([.. found.Select((adapter, index) => new Device
            {
                Name = Device.NameOf(Name, index),
                Backend = Name,
                Index = index,
                Kind = DeviceKind.Gpu,
                Description = adapter.Name,
                Provider = Provider,
                MemoryBytes = adapter.MemoryBytes,
                Driver = adapter.Driver,
                Limits = new DeviceLimits { MaxBatchSeconds = 60, Concurrency = DeviceConcurrency.OneRunAtATime },
                Warnings = providers.VersionWarnings(),
            })]);
    }

    public void Configure(Device device, string modelPath, SessionOptions session) => Append(session, device.Index);

    private static void Append(SessionOptions session, int index)
    {
        // DirectML's documentation asks for both.
        session.EnableMemoryPattern = false;
        session.ExecutionMode = ExecutionMode.ORT_SEQUENTIAL;
        session.AppendExecutionProvider_DML(index);
    }
}
