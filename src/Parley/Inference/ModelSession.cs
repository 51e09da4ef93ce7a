using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Parley.Inference.Devices;
using Parley.Models;

namespace Parley.Inference;

/// <summary>
/// A model, loaded on the device that the <see cref="DeviceManager"/> chose, and on the next one when that fails. A run that fails is
/// repeated there with the same inputs, so callers see the failure only when no device is left. Safe for concurrent runs.
/// </summary>
public sealed class ModelSession : IDisposable
{
    private readonly DeviceManager _devices;
    private readonly DeviceChoice _choice;
    private readonly LaneList _lanes;
    private readonly string[] _outputNames;
    private volatile ModelLane _current;

    private ModelSession(string modelPath, InferenceOptions options)
    {
        ModelPath = modelPath;
        _devices = options.Devices ?? DeviceManager.CpuOnly;
        _choice = _devices.Select(modelPath);
        _lanes = new LaneList(modelPath, options, _devices, _choice);
        _current = LoadOnFirst();
        try
        {
            InferenceSession session = _current.Session;
            Inputs = [.. session.InputMetadata.Select(Describe)];
            Outputs = [.. session.OutputNames.Select(name => Describe(KeyValuePair.Create(name, session.OutputMetadata[name])))];
            _outputNames = [.. session.OutputNames];
        }
        catch
        {
            _lanes.Dispose();
            throw;
        }
    }

    /// <summary>The model file.</summary>
    public string ModelPath { get; }

    /// <summary>The device that ran it last, or that it was loaded on, such as <c>cpu</c>.</summary>
    public string Device => _current.Device.Name;

    /// <summary>How that device was chosen, in a few words.</summary>
    public string DeviceReason => _current.Device == _choice.Device ? _choice.Reason : $"in place of {_choice.Device.Name}, which failed";

    /// <summary>Whether that device runs a rewritten network in place of the original: see <see cref="InferenceOptions.UseOptimized"/>.</summary>
    public bool IsOptimized => _current.IsOptimized;

    /// <summary>What that device takes in one run.</summary>
    public DeviceLimits Limits => _current.Device.Limits;

    /// <summary>Inputs as the file declares them.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; }

    /// <summary>Outputs as the file declares them, in its order.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>Loads a model on the device that the options choose.</summary>
    /// <exception cref="ModelFileException">The file is missing or no model that the runtime understands.</exception>
    /// <exception cref="InferenceException">The device that the options name is not there or cannot load the model, and no other may be used.</exception>
    public static ModelSession Load(string modelPath, InferenceOptions options)
    {
        if (!File.Exists(modelPath))
            throw new ModelFileException(modelPath, $"Model file not found: {modelPath}.");
        return new ModelSession(modelPath, options);
    }

    /// <summary>Runs the model.</summary>
    /// <param name="inputs">One for each of <see cref="Inputs"/>.</param>
    /// <param name="cancellationToken">Stops a run in progress.</param>
    /// <returns>All outputs; the caller disposes them.</returns>
    /// <exception cref="InferenceException">
    /// The run failed on every device that may be used. With <see cref="InferenceFault.OutOfMemory"/> inside <see cref="BatchHalving"/>:
    /// a smaller batch should be tried before another device.
    /// </exception>
    public ModelOutputs Run(IReadOnlyList<ModelInput> inputs, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Dictionary<string, OrtValue> values = new(StringComparer.Ordinal);
        try
        {
            foreach (ModelInput input in inputs)
                values.Add(input.Name, input.ToOrtValue());
            return Run(values, cancellationToken);
        }
        finally
        {
            foreach (OrtValue value in values.Values)
                value.Dispose();
        }
    }

    /// <summary>Finds an input by name and checks it.</summary>
    /// <param name="name">Name that the official export gives it.</param>
    /// <param name="type">Element type that it must have.</param>
    /// <param name="shape">Axes that it must have; -1 for any length. A free axis of the model fits any length.</param>
    /// <exception cref="ModelFileException">There is none, or it differs; the message names file, expectation and finding.</exception>
    public TensorSpec RequireInput(string name, TensorType type, params long[] shape) => Require("input", Inputs, name, type, shape);

    /// <summary>Finds an output by name and checks it, as <see cref="RequireInput"/>.</summary>
    public TensorSpec RequireOutput(string name, TensorType type, params long[] shape) => Require("output", Outputs, name, type, shape);

    /// <summary>Takes up a rewritten network that was made since the model was loaded. Call it between jobs: the next run loads it.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TakeUpOptimized() => _current.TakeUpOptimized();

    /// <summary>Unloads the model from every device.</summary>
    public void Dispose() => _lanes.Dispose();

    private ModelLane LoadOnFirst()
    {
        List<(ModelLane Lane, InferenceException Error)> failed = [];
        foreach (ModelLane lane in _lanes)
        {
            if (!lane.IsUsable && !_lanes.IsLast(lane))
                continue;
            try
            {
                lane.Open();
                Blame(failed, lane);
                return lane;
            }
            catch (InferenceException error)
            {
                failed.Add((lane, error));
            }
        }

        _lanes.Dispose();

        // What cannot be loaded anywhere, the CPU included, is no fault of the devices.
        (ModelLane last, InferenceException reason) = failed[^1];
        if (last.Device.Kind == DeviceKind.Cpu)
            throw new ModelFileException(ModelPath, $"{ModelPath} is not a model that ONNX Runtime can load: {reason.InnerException?.Message}", reason.InnerException);
        throw reason;
    }

    private ModelOutputs Run(Dictionary<string, OrtValue> values, CancellationToken cancellationToken)
    {
        List<(ModelLane Lane, InferenceException Error)> failed = [];
        bool anyPassedOver = false;
        foreach (ModelLane lane in _lanes)
        {
            if (!lane.IsUsable && !_lanes.IsLast(lane))
            {
                anyPassedOver = true;
                continue;
            }

            try
            {
                IDisposableReadOnlyCollection<OrtValue> outputs = lane.Run(values, _outputNames, cancellationToken);

                // Where the CPU gives no numbers either, it was right to give none.
                if (failed.Count > 0 && OutputCheck.HasNotANumber(outputs))
                    failed.RemoveAll(item => item.Error.Fault == InferenceFault.BadOutput);
                Blame(failed, lane);
                Account(lane, anyPassedOver);
                return new ModelOutputs(outputs, Outputs);
            }
            catch (InferenceException error) when (error.Fault != InferenceFault.OutOfMemory || !BatchHalving.CallerCanHalve)
            {
                failed.Add((lane, error));
                if (error.IsCallersFault())
                    throw;
            }
        }

        // The first device is the one that was asked for: what it says is what the operator needs.
        throw failed[0].Error;
    }

    // A device is blamed only when another one did what it could not: an input that fails everywhere is at fault itself.
    private static void Blame(List<(ModelLane Lane, InferenceException Error)> failed, ModelLane next)
    {
        foreach ((ModelLane lane, InferenceException error) in failed)
        {
            lane.Blame(error);
            InferenceScope.Current?.AddNotice(FallbackNotice(lane, next, error.Message));
        }
    }

    private void Account(ModelLane lane, bool anyPassedOver)
    {
        lane.Praise();
        _current = lane;
        if (InferenceScope.Current is not { } scope)
            return;
        scope.AddUse(ModelPath, lane.Device.Name);
        if (_choice.Fallback is { } fallback)
            scope.AddNotice(fallback);
        if (!anyPassedOver)
            return;
        foreach (ModelLane passedOver in _lanes.Before(lane).Where(item => !item.IsUsable))
            scope.AddNotice(FallbackNotice(passedOver, lane, passedOver.LastFailure));
    }

    private static string FallbackNotice(ModelLane from, ModelLane to, string? reason)
        => $"Device {from.Device.Name} failed and {to.Device.Name} went on: {reason}";

    private TensorSpec Require(string kind, IReadOnlyList<TensorSpec> specs, string name, TensorType type, long[] shape)
    {
        TensorSpec expected = new(name, type, shape);
        TensorSpec found = specs.FirstOrDefault(spec => string.Equals(spec.Name, name, StringComparison.Ordinal))
            ?? throw new ModelFileException(ModelPath, $"{ModelPath} has no {kind} {expected}; it has {string.Join("; ", specs)}. Is it the right model for this stage?");
        bool fits = found.Type == type
            && found.Shape.Count == shape.Length
            && found.Shape.Zip(shape).All(axes => axes.First < 0 || axes.Second < 0 || axes.First == axes.Second);
        return fits ? found : throw new ModelFileException(ModelPath, $"{ModelPath}: expected {kind} {expected}, found {found}.");
    }

    private static TensorSpec Describe(KeyValuePair<string, NodeMetadata> node)
    {
        TensorType type = !node.Value.IsTensor ? TensorType.Other : node.Value.ElementDataType switch
        {
            TensorElementType.Float => TensorType.Float,
            TensorElementType.Int32 => TensorType.Int32,
            TensorElementType.Int64 => TensorType.Int64,
            _ => TensorType.Other,
        };
        return new TensorSpec(node.Key, type, [.. (node.Value.Dimensions ?? []).Select(axis => (long)axis)]);
    }
}
