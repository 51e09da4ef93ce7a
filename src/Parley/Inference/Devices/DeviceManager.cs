using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Parley.Inference.Devices;

/// <summary>
/// Finds the devices of this machine, chooses one as configured, and keeps account of those that fail. One for each process; a worker
/// process makes its own. Devices are looked for when they are first needed. Safe for concurrent use.
/// </summary>
public sealed class DeviceManager
{
    // Drivers answer within a second; one that has not after this long is stuck.
    private static readonly TimeSpan DetectionLimit = TimeSpan.FromSeconds(20);

    private readonly IReadOnlyList<IDeviceBackend> _backends;
    private readonly Dictionary<string, Lazy<DeviceDetection>> _detections;
    private readonly ConcurrentDictionary<string, DeviceSlot> _slots = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _logged = new(StringComparer.Ordinal);
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    /// <summary>Prepares to choose from all backends of this program.</summary>
    /// <param name="options">How to choose; null for the defaults. The environment is not read: see <see cref="DeviceOptions.WithEnvironment"/>.</param>
    /// <param name="logger">Told what is chosen, why others are not, and what fails.</param>
    /// <param name="time">The clock for devices that are out of use for a while.</param>
    public DeviceManager(DeviceOptions? options = null, ILogger<DeviceManager>? logger = null, TimeProvider? time = null)
        : this(options ?? new DeviceOptions(), DeviceBackends.All, logger, time)
    {
    }

    internal DeviceManager(DeviceOptions options, IReadOnlyList<IDeviceBackend> backends, ILogger? logger = null, TimeProvider? time = null)
    {
        Options = options;
        _backends = backends;
        _logger = logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        _detections = backends.ToDictionary(backend => backend.Name, backend => new Lazy<DeviceDetection>(() => Detect(backend)), StringComparer.OrdinalIgnoreCase);
        Measurements = new DeviceMeasurements(options.ProfilePath, () => Information(CpuBackend.DeviceName).Device, _logger);
    }

    // The same devices with other options.
    private DeviceManager(DeviceManager other, DeviceOptions options)
    {
        Options = options;
        _backends = other._backends;
        _logger = other._logger;
        _time = other._time;
        _detections = other._detections;
        Measurements = new DeviceMeasurements(options.ProfilePath, () => Information(CpuBackend.DeviceName).Device, _logger);
    }

    /// <summary>Knows the CPU alone, and touches no driver.</summary>
    public static DeviceManager CpuOnly { get; } = new(new DeviceOptions { Device = CpuBackend.DeviceName }, [new CpuBackend()]);

    /// <summary>How it chooses.</summary>
    public DeviceOptions Options { get; }

    /// <summary>What the profile of <see cref="Options"/> says about these devices; read once.</summary>
    public DeviceMeasurements Measurements { get; }

    /// <summary>Version of ONNX Runtime, and so of the providers that are part of it.</summary>
    public static string RuntimeVersion => ProviderCatalog.Runtime.RuntimeVersion;

    /// <summary>Names that a configuration may use: <c>auto</c> and the backends.</summary>
    public static IReadOnlyList<string> KnownNames { get; } = [DeviceOptions.Auto, .. DeviceBackends.All.Select(backend => backend.Name)];

    /// <summary>Whether a configuration may use a name: a known one, or one with a number, such as <c>cuda:1</c>.</summary>
    public static bool IsKnownName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return KnownNames.Contains(BackendOf(name), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All devices, and for each backend without one why there is none; in the order of the backends, the CPU last.</summary>
    public IReadOnlyList<DeviceReport> Detect()
    {
        // At once: a driver that is slow to answer holds up only itself.
        Parallel.ForEach(_detections.Values, detection => _ = detection.Value);
        return [.. _backends.SelectMany(Reports)];
    }

    /// <summary>The devices that models can run on, in the order of the backends; the CPU is last.</summary>
    public IReadOnlyList<Device> AvailableDevices() => [.. Detect().Select(report => report.Device).OfType<Device>()];

    /// <summary>What is known about a device or backend.</summary>
    /// <exception cref="ArgumentException">No backend has that name.</exception>
    public DeviceReport Information(string name)
    {
        IDeviceBackend backend = Backend(name) ?? throw UnknownName(name);
        IReadOnlyList<DeviceReport> reports = Reports(backend);
        return reports.FirstOrDefault(report => report.Device?.IsCalled(name) == true)
            ?? new DeviceReport(name, null, reports[0].Reason ?? $"there are only {string.Join(", ", reports.Select(report => report.Name))}", reports[0].Remedy);
    }

    /// <summary>Chooses a device as configured; <c>auto</c> takes the fastest by the profile where the model was measured.</summary>
    /// <param name="modelPath">The model that it is for; null for any.</param>
    /// <exception cref="ArgumentException">The configuration names a device that no backend knows, and allows no other.</exception>
    /// <exception cref="InferenceException">The configuration names a device that is not available, and allows no other.</exception>
    public DeviceChoice Select(string? modelPath = null)
    {
        DeviceChoice choice = string.Equals(Options.Device, DeviceOptions.Auto, StringComparison.OrdinalIgnoreCase)
            ? Automatic(modelPath)
            : Named(Options.Device, modelPath);
        Report(choice);
        return choice;
    }

    /// <summary>Whether a device works or is out of use for a while after a failure, as far as this manager's models have met it.</summary>
    public DeviceState StateOf(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return _slots.TryGetValue(device.Name, out DeviceSlot? slot) ? slot.Health.State : DeviceState.Good;
    }

    /// <summary>The devices that take over when the chosen one fails, in order; none where the configuration allows no other.</summary>
    internal IReadOnlyList<Device> FallbacksFor(DeviceChoice choice, string modelPath)
        => Options.FallbackOnError && choice.Device.Kind != DeviceKind.Cpu
            ? [.. Candidates([], modelPath).Select(candidate => candidate.Device).Where(device => device != choice.Device)]
            : [];

    /// <summary>The same devices, but one of them alone is used, whatever the profile says.</summary>
    internal DeviceManager WithOnly(string device) => new(this, Options with { Device = device, FallbackOnError = false, ProfilePath = null });

    /// <summary>What all models on a device share.</summary>
    internal DeviceSlot SlotOf(Device device)
        => _slots.GetOrAdd(device.Name, _ => new DeviceSlot(device, Backend(device.Backend)!, _logger, _time));

    private static string BackendOf(string name) => name.Split(':')[0];

    private DeviceChoice Automatic(string? modelPath, string? fallback = null, RejectedDevice? first = null)
    {
        List<RejectedDevice> rejected = first is null ? [] : [first];
        List<Candidate> candidates = Candidates(rejected, modelPath);
        (Device device, double? seconds) = candidates[0];
        string reason = seconds is null ? "the first of device_priority that is available" : "the fastest by measurement";
        return new DeviceChoice(device, first is null ? reason : $"in place of {first.Name}, {reason}", rejected, fallback is null ? null : $"{fallback}; {device.Name} is used instead.");
    }

    private DeviceChoice Named(string name, string? modelPath)
    {
        if (Backend(name) is null)
        {
            ArgumentException unknown = UnknownName(name);
            return Options.FallbackOnError ? Automatic(modelPath, unknown.Message, new RejectedDevice(name, "no device has that name")) : throw unknown;
        }

        DeviceReport report = Information(name);
        string? reason = report.Reason, remedy = report.Remedy;
        if (report.Device is { } device)
        {
            device = BestWay(device, name, modelPath);
            reason = Measurements.Objection(device, modelPath);
            if (reason is null)
                return new DeviceChoice(device, "as configured", []);
            remedy = "After an update of its driver, measure again with: parley devices --measure.";
        }

        string message = $"Device {name} is not available: {reason}.{(remedy is null ? "" : $" {remedy}")}";
        return Options.FallbackOnError
            ? Automatic(modelPath, message.TrimEnd('.'), new RejectedDevice(name, reason!))
            : throw new InferenceException(InferenceFault.DeviceUnavailable, "", name, $"{message} Or set funasr.fallback_on_error to true, or funasr.device to auto.");
    }

    // A backend's name leaves open which way to the same hardware is taken: the fastest, where all were measured.
    private Device BestWay(Device first, string name, string? modelPath)
    {
        if (name.Contains(':', StringComparison.Ordinal) || modelPath is null)
            return first;
        Device[] ways = [first, .. _detections[first.Backend].Value.Devices.Where(device => device.IsAlternative && Measurements.Objection(device, modelPath) is null)];
        return ways.Length > 1 && ways.All(way => Measurements.Find(way, modelPath) is { Problem: null })
            ? ways.MinBy(way => Measurements.Find(way, modelPath)!.TotalSeconds)!
            : first;
    }

    // Devices by their measured speed, those without measurements after them in the order of the priority list; the CPU is always among them.
    // Those passed over are added to the list.
    private List<Candidate> Candidates(List<RejectedDevice> rejected, string? modelPath)
    {
        List<Candidate> accepted = [];
        foreach (string name in Options.Priority.Append(CpuBackend.DeviceName))
        {
            if (Backend(name) is not { } backend)
            {
                rejected.Add(new RejectedDevice(name, "no device has that name"));
                if (!IsKnownName(name) && _logged.TryAdd($"priority {name}", true))
                    _logger.UnknownPriority(name, string.Join(", ", KnownNames));
                continue;
            }

            DeviceDetection detection = _detections[backend.Name].Value;
            if (detection.Devices.Count == 0)
                rejected.Add(new RejectedDevice(name, detection.Reason!));
            foreach (Device device in detection.Devices.Where(device => Names(name, device) && !accepted.Any(other => other.Device == device)))
            {
                double? seconds = modelPath is null ? null : Measurements.Find(device, modelPath)?.TotalSeconds;
                if (Measurements.Objection(device, modelPath) is { } objection)
                    rejected.Add(new RejectedDevice(device.Name, objection));
                else if (device.Kind == DeviceKind.SoftwareGpu && seconds is null)
                    rejected.Add(new RejectedDevice(device.Name, $"{device.Description} computes on the CPU, and more slowly; name it in funasr.device to use it"));
                else
                    accepted.Add(new Candidate(device, seconds));
            }
        }

        List<Candidate> ordered = [.. accepted.OrderBy(candidate => candidate.Seconds ?? double.PositiveInfinity)];
        foreach (Candidate candidate in accepted.TakeWhile(candidate => candidate != ordered[0]))
        {
            rejected.Add(new RejectedDevice(candidate.Device.Name, candidate.Seconds is null
                ? "not measured, unlike others; measure with: parley devices --measure"
                : $"measured slower: {candidate.Seconds:g3} s, {ordered[0].Device.Name} {ordered[0].Seconds:g3} s"));
        }

        return ordered;
    }

    // "cuda" in the list means all of them, "cuda:1" that one.
    private static bool Names(string name, Device device)
        => name.Contains(':', StringComparison.Ordinal) ? device.IsCalled(name) : string.Equals(device.Backend, name, StringComparison.OrdinalIgnoreCase);

    private IDeviceBackend? Backend(string name)
        => _backends.FirstOrDefault(backend => string.Equals(backend.Name, BackendOf(name), StringComparison.OrdinalIgnoreCase));

    private ArgumentException UnknownName(string name)
        => new($"'{name}' is no device. Known: {string.Join(", ", _backends.Select(backend => backend.Name).Prepend(DeviceOptions.Auto))}");

    private IReadOnlyList<DeviceReport> Reports(IDeviceBackend backend)
    {
        DeviceDetection detection = _detections[backend.Name].Value;
        return detection.Devices.Count > 0
            ? [.. detection.Devices.Select(device => new DeviceReport(device.Name, device))]
            : [new DeviceReport(backend.Name, null, detection.Reason, detection.Remedy)];
    }

    private DeviceDetection Detect(IDeviceBackend backend)
    {
        try
        {
            return Task.Run(backend.Detect).WaitAsync(DetectionLimit, _time).GetAwaiter().GetResult();
        }
        catch (TimeoutException)
        {
            return DeviceDetection.None($"its driver did not answer within {DetectionLimit.TotalSeconds} s", "Restart the machine, or update the driver.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DllNotFoundException or BadImageFormatException)
        {
            return DeviceDetection.None(RuntimeMessage.Shorten(error.Message));
        }
    }

    private void Report(DeviceChoice choice)
    {
        if (!_logged.TryAdd($"choice {choice.Device.Name} {choice.Reason}", true))
            return;
        foreach (RejectedDevice rejected in choice.Rejected)
            _logger.DevicePassedOver(rejected.Name, rejected.Reason);
        if (choice.Fallback is not null)
            _logger.DeviceReplaced(choice.Fallback);
        _logger.DeviceChosen(choice.Device.Name, choice.Device.Description, choice.Device.Provider, choice.Reason);
        foreach (string warning in choice.Device.Warnings)
            _logger.DeviceVersion(choice.Device.Name, warning);
    }

    /// <param name="Device">The device.</param>
    /// <param name="Seconds">Its measured time for the model; null when it was not measured.</param>
    private sealed record Candidate(Device Device, double? Seconds);
}
