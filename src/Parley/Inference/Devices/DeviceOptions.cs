using System.ComponentModel.DataAnnotations;

namespace Parley.Inference.Devices;

/// <summary>
/// Which device is used. The keys of the configuration file are <c>funasr.device</c>, <c>funasr.device_priority</c> and
/// <c>funasr.fallback_on_error</c>; the environment's variables FUNASR_DEVICE and FUNASR_DEVICE_PRIORITY go before them.
/// </summary>
public sealed record DeviceOptions : IValidatableObject
{
    /// <summary>Lets the program choose.</summary>
    public const string Auto = "auto";

    /// <summary>Variable with a device name.</summary>
    public const string DeviceVariable = "FUNASR_DEVICE";

    /// <summary>Variable with a list of device names, separated by commas.</summary>
    public const string PriorityVariable = "FUNASR_DEVICE_PRIORITY";

    /// <summary>Order in which <see cref="Auto"/> looks for devices without measurements.</summary>
    public static IReadOnlyList<string> DefaultPriority { get; } = ["mps", "cuda", "rocm", "xpu", "webgpu", "directml", "cpu"];

    /// <summary><see cref="Auto"/>, or a device's name such as <c>cpu</c> or <c>cuda:1</c>.</summary>
    public string Device { get; init; } = Auto;

    /// <summary>Order of devices for <see cref="Auto"/> and for fall-backs. The CPU comes last even where it is not named.</summary>
    public IReadOnlyList<string> Priority { get; init; } = DefaultPriority;

    /// <summary>
    /// Whether another device is used, with a warning, when the named one is not there or fails. Where it is false that is an error.
    /// </summary>
    public bool FallbackOnError { get; init; } = true;

    /// <summary>
    /// File with the measurements of this machine, which <see cref="Auto"/> obeys; null chooses by priority alone. The commands pass
    /// <see cref="DeviceProfile.StandardPath"/>.
    /// </summary>
    public string? ProfilePath { get; init; }

    /// <summary>The same options, with what the environment's variables say.</summary>
    /// <param name="read">Reads a variable; null for those of the process.</param>
    public DeviceOptions WithEnvironment(Func<string, string?>? read = null)
    {
        read ??= Environment.GetEnvironmentVariable;
        return this with
        {
            Device = read(DeviceVariable) is { } device && !string.IsNullOrWhiteSpace(device) ? device.Trim() : Device,
            Priority = read(PriorityVariable) is { } priority && !string.IsNullOrWhiteSpace(priority)
                ? priority.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                : Priority,
        };
    }

    /// <summary>Checks what annotations cannot.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Device))
            yield return new ValidationResult("funasr.device must be auto or a device's name.", [nameof(Device)]);
        if (Priority.Any(string.IsNullOrWhiteSpace))
            yield return new ValidationResult("funasr.device_priority must not contain empty names.", [nameof(Priority)]);
    }
}
