using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Parley.Inference.Devices;

/// <summary>
/// What the profile says about the devices of this machine as they are now. The file is read when it is first needed, and once: measurements that
/// are made later count from the next start on. Safe for concurrent use.
/// </summary>
public sealed class DeviceMeasurements
{
    private readonly ConcurrentDictionary<string, bool> _logged = new(StringComparer.Ordinal);
    private readonly Lazy<DeviceProfile?> _profile;
    private readonly Func<Device?> _cpu;
    private readonly ILogger _logger;

    internal DeviceMeasurements(string? path, Func<Device?> cpu, ILogger logger)
    {
        _profile = new Lazy<DeviceProfile?>(() => Load(path));
        _cpu = cpu;
        _logger = logger;
    }

    /// <summary>The measurement of a model on a device; null when there is none.</summary>
    public ModelMeasurement? Find(Device device, string modelPath)
        => HashIfMeasured(modelPath) is { } hash ? _profile.Value!.Find(DeviceFingerprint.Of(device), hash) : null;

    /// <summary>
    /// How many times as fast as the CPU a device runs some models, by the sum of their times; null unless all were measured on both.
    /// It says nothing about the results: see <see cref="Objection"/>.
    /// </summary>
    /// <param name="device">The device; 1 for the CPU.</param>
    /// <param name="modelPaths">The models, such as those of a bundle's stages.</param>
    public double? Speed(Device device, IReadOnlyCollection<string> modelPaths)
    {
        if (Seconds(device, modelPaths) is not { } own || _cpu() is not { } cpu || Seconds(cpu, modelPaths) is not { } reference)
            return null;
        return reference / own;
    }

    /// <summary>Why a device must not be used, in one line; null when nothing speaks against it, as always for the CPU.</summary>
    /// <param name="device">The device.</param>
    /// <param name="modelPath">The model that it is for; null to ask what concerns every model.</param>
    public string? Objection(Device device, string? modelPath = null)
    {
        ArgumentNullException.ThrowIfNull(device);

        // The CPU is what others are compared with.
        if (device.Kind == DeviceKind.Cpu || _profile.Value is not { } profile)
            return null;
        DeviceFingerprint on = DeviceFingerprint.Of(device);
        if (profile.Outdated(on) is { } outdated && _logged.TryAdd(outdated, true))
            _logger.MeasurementOutdated(outdated);
        return profile.Objection(on, modelPath is null ? null : HashIfMeasured(modelPath));
    }

    /// <summary>That a device was measured with another driver, card or runtime, in one line; null when it was not.</summary>
    public string? Outdated(Device device) => _profile.Value?.Outdated(DeviceFingerprint.Of(device));

    private double? Seconds(Device device, IReadOnlyCollection<string> modelPaths)
    {
        double sum = 0;
        foreach (string path in modelPaths)
        {
            if (Find(device, path) is not { Problem: null } measurement)
                return null;
            sum += measurement.TotalSeconds;
        }

        return sum > 0 ? sum : null;
    }

    // Large models take seconds to hash, so only those are hashed that may have been measured.
    private string? HashIfMeasured(string modelPath)
    {
        if (_profile.Value is not { } profile)
            return null;
        FileInfo file = new(modelPath);
        return file.Exists && profile.Models.Any(model => model.ModelBytes == file.Length) ? ModelHash.Of(modelPath) : null;
    }

    private DeviceProfile? Load(string? path)
    {
        if (path is null)
            return null;
        DeviceProfile? profile = DeviceProfile.Load(path, out string? problem);
        if (problem is not null)
            _logger.ProfileIgnored(problem);
        return profile;
    }
}
