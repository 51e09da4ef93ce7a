using Parley.Cli.Terminals;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;

namespace Parley.Cli.Devices;

/// <summary>The devices for people and for programs: what there is, how fast, whether it is right, and what is missing for the rest.</summary>
internal sealed class DeviceTable
{
    private const string Nothing = "-", NotMeasured = "not measured";

    private readonly DeviceManager _manager;
    private readonly ModelBundle? _bundle;
    private readonly IReadOnlyList<DeviceReport> _reports;
    private readonly string? _problem;
    private readonly List<(string Use, Device Device)> _choices = [];

    /// <summary>Looks for devices and chooses among them.</summary>
    /// <param name="manager">Knows them.</param>
    /// <param name="bundle">The models whose measurements are shown; null when there is no bundle.</param>
    public DeviceTable(DeviceManager manager, ModelBundle? bundle)
    {
        _manager = manager;
        _bundle = bundle;
        _reports = manager.Detect();
        try
        {
            if (bundle is null)
                _choices.Add(("every stage", manager.Select().Device));
            foreach (StageModelFiles stage in bundle?.Stages ?? [])
                _choices.Add((stage.Stage.ToString().ToLowerInvariant(), manager.Select(stage.ModelPath).Device));
        }
        catch (Exception error) when (error is ArgumentException or InferenceException)
        {
            _problem = error.Message;
        }
    }

    /// <summary>A table, then warnings, then what is missing for other devices and what to do about it.</summary>
    public void WriteText(TextWriter output)
    {
        Device[] devices = [.. _reports.Select(report => report.Device).OfType<Device>()];
        Columns.Write(output, [["DEVICE", "WHAT", "MEMORY", "PROVIDER", "DRIVER", "SPEED", "SAME AS CPU", "CHOSEN FOR"], .. devices.Select(Row)]);
        foreach (string warning in devices.SelectMany(device => Warnings(device).Select(warning => $"\n{device.Name}: {warning}\n")))
            output.Write(warning);
        if (_problem is not null)
            output.Write($"\nNo device can be used as configured: {_problem}\n");
        if (devices.Length > 1 && _bundle is not null && devices.Any(device => Measured(device).Count == 0))
            output.Write("\nThe fastest device is chosen only among those that were measured: parley devices --measure\n");
        DeviceReport[] absent = [.. _reports.Where(report => !report.IsAvailable)];
        if (absent.Length == 0)
            return;
        output.Write("\nNot available:\n");
        Columns.Write(output, [.. absent.Select(report => new[] { report.Name, $"{report.Reason}.{(report.Remedy is null ? "" : $" {report.Remedy}")}" })], "  ");
    }

    /// <summary>The same, and all measurements, as JSON.</summary>
    public void WriteJson(TextWriter output) => DeviceJson.Write(output, new
    {
        OnnxRuntime = DeviceManager.RuntimeVersion,
        Profile = _manager.Options.ProfilePath,
        Bundle = _bundle?.Directory,
        Problem = _problem,
        Devices = _reports.Select(report => report.Device is { } device ? Json(device) : new { report.Name, Available = false, report.Reason, report.Remedy }),
    });

    private string[] Row(Device device) =>
    [
        device.Name,
        device.Description,
        device.MemoryBytes is { } bytes ? Size.Of(bytes) : Nothing,
        $"{device.Provider.Replace("ExecutionProvider", string.Empty, StringComparison.Ordinal)} {DeviceManager.RuntimeVersion}",
        device.Driver ?? Nothing,
        Speed(device) is { } speed ? $"{Ratio.Of(speed)} x CPU" : NotMeasured,
        device.Kind == DeviceKind.Cpu ? "reference" : IsSame(device) switch { true => "yes", false => "no", null => NotMeasured },
        string.Join(", ", ChosenFor(device)) is { Length: > 0 } uses ? uses : Nothing,
    ];

    private object Json(Device device) => new
    {
        device.Name,
        Available = true,
        Kind = DeviceJson.NameOf(device.Kind),
        device.Description,
        device.Provider,
        device.Driver,
        device.MemoryBytes,
        SpeedVsCpu = Speed(device),
        SameAsCpu = IsSame(device),
        ChosenFor = ChosenFor(device),
        Warnings = Warnings(device),
        Measured = Measured(device).Select(model => new
        {
            model.Stage,
            model.Problem,
            Lengths = model.Lengths.Select(length => new { length.Size, length.Seconds, length.Runs }),

            // JSON has no infinity: an output of another shape has no difference.
            Outputs = model.Differences.Select(item => new { item.Output, Difference = double.IsFinite(item.Difference) ? item.Difference : (double?)null, item.Tolerance, item.IsWithinTolerance }),
        }),
    };

    private List<ModelMeasurement> Measured(Device device)
        => [.. (_bundle?.Stages ?? []).Select(stage => _manager.Measurements.Find(device, stage.ModelPath)).OfType<ModelMeasurement>()];

    // Of the models together: the sum is what a recording feels.
    private double? Speed(Device device)
        => _bundle is null ? null : _manager.Measurements.Speed(device, [.. _bundle.Stages.Select(stage => stage.ModelPath)]);

    // Null when nothing is known.
    private bool? IsSame(Device device)
    {
        if (device.Kind == DeviceKind.Cpu)
            return true;
        List<ModelMeasurement> measured = Measured(device);
        return measured.Count == 0 ? null : _manager.Measurements.Objection(device) is null && measured.All(model => model.Objection is null);
    }

    private IEnumerable<string> ChosenFor(Device device) => _choices.Where(choice => choice.Device == device).Select(choice => choice.Use);

    private List<string> Warnings(Device device)
    {
        List<string> warnings = [.. device.Warnings];
        if (_manager.Measurements.Objection(device) is { } objection)
            warnings.Add(objection + ".");
        warnings.AddRange(Measured(device).Select(model => model.Objection).OfType<string>().Select(problem => $"quarantined: {problem.TrimEnd('.')}."));
        if (_manager.Measurements.Outdated(device) is { } outdated)
            warnings.Add(outdated);
        return warnings;
    }
}
