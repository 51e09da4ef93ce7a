using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Parley.Models;

namespace Parley.Inference;

/// <summary>A model, loaded on a device. Safe for concurrent runs.</summary>
public sealed class ModelSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly string[] _outputNames;

    private ModelSession(string modelPath, string device, InferenceSession session)
    {
        ModelPath = modelPath;
        Device = device;
        _session = session;
        Inputs = [.. session.InputMetadata.Select(Describe)];
        Outputs = [.. session.OutputNames.Select(name => Describe(KeyValuePair.Create(name, session.OutputMetadata[name])))];
        _outputNames = [.. session.OutputNames];
    }

    /// <summary>The model file.</summary>
    public string ModelPath { get; }

    /// <summary>The device that runs it, such as <c>cpu</c>.</summary>
    public string Device { get; }

    /// <summary>Inputs as the file declares them.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; }

    /// <summary>Outputs as the file declares them, in its order.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>Loads a model on the CPU.</summary>
    /// <exception cref="ModelFileException">The file is missing or no model that the runtime understands.</exception>
    public static ModelSession Load(string modelPath, InferenceOptions options)
    {
        if (!File.Exists(modelPath))
            throw new ModelFileException(modelPath, $"Model file not found: {modelPath}.");
        using SessionOptions session = new()
        {
            IntraOpNumThreads = options.Threads ?? 0,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        try
        {
            return new ModelSession(modelPath, "cpu", new InferenceSession(modelPath, session));
        }
        catch (OnnxRuntimeException error)
        {
            throw new ModelFileException(modelPath, $"{modelPath} is not a model that ONNX Runtime can load: {error.Message}", error);
        }
    }

    /// <summary>Runs the model.</summary>
    /// <param name="inputs">One for each of <see cref="Inputs"/>.</param>
    /// <param name="cancellationToken">Stops a run in progress.</param>
    /// <returns>All outputs; the caller disposes them.</returns>
    /// <exception cref="InferenceException">The run failed.</exception>
    public ModelOutputs Run(IReadOnlyList<ModelInput> inputs, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using RunOptions run = new();
        using CancellationTokenRegistration registration = cancellationToken.Register(() => run.Terminate = true);
        Dictionary<string, OrtValue> values = [];
        try
        {
            foreach (ModelInput input in inputs)
                values.Add(input.Name, input.ToOrtValue());
            return new ModelOutputs(_session.Run(run, values, _outputNames), Outputs);
        }
        catch (OnnxRuntimeException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new InferenceException(InferenceFault.RunFailed, ModelPath, Device, $"{ModelPath} failed on {Device}: {error.Message}", error);
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

    /// <summary>Unloads the model.</summary>
    public void Dispose() => _session.Dispose();

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
