using Microsoft.Extensions.Logging;

namespace Parley.Inference.Devices;

/// <summary>What all models that run on a device share: its turnstile and its health.</summary>
internal sealed class DeviceSlot
{
    private readonly TimeProvider _time;

    public DeviceSlot(Device device, IDeviceBackend backend, ILogger log, TimeProvider time)
    {
        Device = device;
        Backend = backend;
        Log = log;
        _time = time;
        Health = NewHealth();
    }

    public Device Device { get; }

    public IDeviceBackend Backend { get; }

    public ILogger Log { get; }

    /// <summary>The device as a whole.</summary>
    public DeviceHealth Health { get; }

    public DeviceHealth NewHealth() => new(_time);

    /// <summary>Waits until the device takes another run. Dispose the result when it has ended.</summary>
    public ProviderGate.Turn Enter(CancellationToken cancellationToken)
        => Device.Limits.Concurrency == DeviceConcurrency.OneRunAtATime ? ProviderGate.Enter(Device.Provider, Device.Index, cancellationToken) : default;
}
