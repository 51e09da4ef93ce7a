using Microsoft.ML.OnnxRuntime;
using Parley.Inference;
using Parley.Inference.Devices;

namespace Parley.Tests.Inference;

/// <summary>
/// A device that computes on the CPU and fails when a test says so. It exists to test fall-backs; no configuration of the program can name it.
/// </summary>
internal sealed class FaultInjectingBackend(string name = "faulty") : IDeviceBackend
{
    private int _disposed;

    public string Name => name;

    /// <summary>Names of its devices after the first.</summary>
    public int DeviceCount { get; init; } = 1;

    public DeviceLimits Limits { get; init; } = new();

    public DeviceKind Kind { get; init; } = DeviceKind.Gpu;

    /// <summary>What detection says instead of finding devices.</summary>
    public Func<DeviceDetection>? Detection { get; init; }

    /// <summary>Called before each load; throws what the load should fail with.</summary>
    public Action<Device>? OnOpen { get; set; }

    /// <summary>Called before each run; throws what the run should fail with.</summary>
    public Action<IReadOnlyDictionary<string, OrtValue>>? OnRun { get; set; }

    /// <summary>Changes the outputs.</summary>
    public Action<OrtValue>? OnOutput { get; set; }

    public int Detections { get; private set; }

    public int Opened { get; private set; }

    public int Disposed => _disposed;

    public int Runs { get; private set; }

    public static DeviceFaultException Fault(InferenceFault fault) => new(fault, $"injected fault: {fault}");

    public DeviceDetection Detect()
    {
        Detections++;
        return Detection?.Invoke() ?? DeviceDetection.Found([.. Enumerable.Range(0, DeviceCount).Select(index => new Device
        {
            Name = Device.NameOf(Name, index),
            Backend = Name,
            Index = index,
            Kind = Kind,
            Description = $"Fault injector {index}",
            Provider = "CPUExecutionProvider",
            Limits = Limits,
        })]);
    }

    public void Configure(Device device, string modelPath, SessionOptions session)
    {
        // The CPU provider is in every session.
    }

    public IModelRunner Open(Device device, string modelPath, SessionOptions session)
    {
        OnOpen?.Invoke(device);
        Opened++;
        return new Runner(this, new InferenceSession(modelPath, session));
    }

    private sealed class Runner(FaultInjectingBackend backend, InferenceSession session) : IModelRunner
    {
        public InferenceSession Session => session;

        public IDisposableReadOnlyCollection<OrtValue> Run(RunOptions options, IReadOnlyDictionary<string, OrtValue> inputs, IReadOnlyCollection<string> outputNames)
        {
            backend.Runs++;
            backend.OnRun?.Invoke(inputs);
            IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, inputs, outputNames);
            foreach (OrtValue output in outputs)
                backend.OnOutput?.Invoke(output);
            return outputs;
        }

        public void Dispose()
        {
            Interlocked.Increment(ref backend._disposed);
            session.Dispose();
        }
    }
}
