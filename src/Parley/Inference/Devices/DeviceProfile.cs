using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Inference.Devices;

/// <summary>The measurements of this machine, kept in a file. Immutable; safe to read while another process writes.</summary>
public sealed record DeviceProfile
{
    /// <summary>Variable with the path of the profile, in place of <see cref="StandardPath"/>.</summary>
    public const string PathVariable = "PARLEY_DEVICE_PROFILE";

    private const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        IgnoreReadOnlyProperties = true,
    };

    /// <summary>Nothing measured yet.</summary>
    public static DeviceProfile Empty { get; } = new() { Version = CurrentVersion, Models = [], Transcripts = [] };

    /// <summary>Version of the file's layout.</summary>
    public required int Version { get; init; }

    /// <summary>Models on devices.</summary>
    public required IReadOnlyList<ModelMeasurement> Models { get; init; }

    /// <summary>Whole pipelines on devices.</summary>
    public required IReadOnlyList<TranscriptCheck> Transcripts { get; init; }

    /// <summary>
    /// Where the commands keep the profile: the file that the variable names, else <c>parley/devices.json</c> in the user's local application data
    /// (on Linux below <c>~/.local/share</c>); null for a user without a home.
    /// </summary>
    public static string? StandardPath(Func<string, string?>? read = null)
    {
        if ((read ?? Environment.GetEnvironmentVariable)(PathVariable) is { Length: > 0 } path)
            return Path.GetFullPath(path);
        string data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return data.Length == 0 ? null : Path.Combine(data, "parley", "devices.json");
    }

    /// <summary>Reads a profile.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">Why a file that is there cannot be used, in one line; else null.</param>
    /// <returns>Null when there is no file, or none that can be used.</returns>
    public static DeviceProfile? Load(string path, out string? problem)
    {
        problem = null;
        try
        {
            if (!File.Exists(path))
                return null;
            DeviceProfile? profile = JsonSerializer.Deserialize<DeviceProfile>(File.ReadAllBytes(path), Json);
            if (profile is { Version: CurrentVersion } && profile.Models.All(model => model is not null) && profile.Transcripts.All(check => check is not null))
                return profile;
            problem = $"it has version {profile?.Version.ToString() ?? "none"}, this program writes version {CurrentVersion}";
        }
        catch (JsonException error)
        {
            problem = $"it is damaged in line {(error.LineNumber ?? 0) + 1}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            problem = RuntimeMessage.Shorten(error.Message).TrimEnd('.');
        }

        problem = $"The device profile {path} is ignored: {problem}. Measure again with: parley devices --measure.";
        return null;
    }

    /// <summary>Writes the profile so that readers see the old one or the new one, never a part.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(directory);
        string temporary = Path.Combine(directory, $".devices-{Guid.NewGuid():N}.tmp");
        try
        {
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(this, Json));
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>The same profile with a new trial in place of older ones of the same models on the same device.</summary>
    public DeviceProfile With(DeviceTrial trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        return this with
        {
            Models =
            [
                .. Models.Where(old => !trial.Models.Any(model => IsSame(model, old.On.Device, old.ModelSha256))),
                .. trial.Models,
            ],
            Transcripts =
            [
                .. Transcripts.Where(old => !trial.Models.Any(model => IsSame(model, old.On.Device, old.ModelSha256))),
                .. trial.Transcript is null ? (IReadOnlyList<TranscriptCheck>)[] : [trial.Transcript],
            ],
        };
    }

    /// <summary>The measurement of a model on a device as it is now; null when there is none.</summary>
    public ModelMeasurement? Find(DeviceFingerprint on, string modelSha256)
        => Models.FirstOrDefault(model => model.On == on && string.Equals(model.ModelSha256, modelSha256, StringComparison.Ordinal));

    /// <summary>
    /// Why a device must not be used, in one line; null when nothing speaks against it. A device that garbles transcripts is not trusted
    /// with any model: it may garble the next one.
    /// </summary>
    /// <param name="on">The device as it is now.</param>
    /// <param name="modelSha256">The model; null to ask for transcripts only.</param>
    public string? Objection(DeviceFingerprint on, string? modelSha256)
    {
        TranscriptCheck? garbled = Transcripts.FirstOrDefault(check => check.On == on && check.Difference is not null);
        if (garbled is not null)
            return $"quarantined: the transcript of {garbled.Sample} differs from the CPU's ({garbled.Difference})";
        return modelSha256 is not null && Find(on, modelSha256)?.Objection is { } objection ? $"quarantined: {objection}" : null;
    }

    /// <summary>What was measured when the device had another driver, card or runtime, in one line; null when nothing was.</summary>
    public string? Outdated(DeviceFingerprint on)
    {
        DeviceFingerprint? old = Models.Select(model => model.On).FirstOrDefault(other => string.Equals(other.Device, on.Device, StringComparison.Ordinal));
        if (old is null || Models.Any(model => model.On == on))
            return null;
        return $"{on.Device} was measured as {old.Hardware}, driver {old.Driver ?? "none"}, ONNX Runtime {old.Runtime}; now it is {on.Hardware}, driver {on.Driver ?? "none"}, "
            + $"ONNX Runtime {on.Runtime}. Measure again with: parley devices --measure.";
    }

    private static bool IsSame(ModelMeasurement model, string device, string modelSha256)
        => string.Equals(model.On.Device, device, StringComparison.Ordinal) && string.Equals(model.ModelSha256, modelSha256, StringComparison.Ordinal);
}
