using Microsoft.ML.OnnxRuntime;
using Parley.Inference.Devices;
using Parley.Inference.Kernels;
using Parley.Inference.Optimized;

namespace Parley.Inference;

/// <summary>One model on one device: loads it when it is first needed, and anew after a failure. Safe for concurrent runs.</summary>
internal sealed class ModelLane(string modelPath, InferenceOptions options, DeviceSlot slot) : IDisposable
{
    private readonly Lock _lock = new();

    // What concerns this model alone: it does not load there, or is too large for the memory. The device may still serve other models.
    private readonly DeviceHealth _health = slot.NewHealth();
    private SharedRunner? _runner;
    private readonly HashSet<string> _unusable = new(StringComparer.Ordinal);
    private NetworkFile? _loaded;
    private bool _isDisposed;

    public Device Device => slot.Device;

    /// <summary>Whether neither the device nor this model on it is waiting after a failure.</summary>
    public bool IsUsable => slot.Health.IsUsable && _health.IsUsable;

    /// <summary>What went wrong last; null when nothing did.</summary>
    public string? LastFailure => (slot.Health.IsUsable ? _health : slot.Health).LastFailure;

    /// <summary>The loaded model. Call <see cref="Open"/> first.</summary>
    public InferenceSession Session => (_runner ?? throw new InvalidOperationException("Not loaded.")).Runner.Session;

    /// <summary>Whether it runs a rewritten network in place of the original.</summary>
    public bool IsOptimized
    {
        get
        {
            lock (_lock)
                return _loaded is { IsRewritten: true };
        }
    }

    /// <summary>Loads the model if that has not been done.</summary>
    /// <exception cref="InferenceException">It cannot be loaded on this device.</exception>
    public void Open() => Acquire(CancellationToken.None).Release();

    /// <summary>Runs the model. The caller disposes the outputs.</summary>
    /// <exception cref="InferenceException">The run failed on this device.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(Dictionary<string, OrtValue> inputs, string[] outputNames, CancellationToken cancellationToken)
    {
        CheckSizes(inputs);
        SharedRunner runner = Acquire(cancellationToken);
        try
        {
            IDisposableReadOnlyCollection<OrtValue> outputs = RunOn(runner.Runner, inputs, outputNames, cancellationToken);
            CheckOutputs(outputs);
            return outputs;
        }
        finally
        {
            runner.Release();
        }
    }

    /// <summary>Another device did what this one could not: keeps it out of use for a while.</summary>
    public void Blame(InferenceException error)
    {
        bool concernsDevice = error.Fault is not (InferenceFault.OutOfMemory or InferenceFault.DeviceUnavailable);
        if ((concernsDevice ? slot.Health : _health).Fail(error.Message))
            slot.Log.DeviceFailed(Device.Name, modelPath, error.Fault, error.Message, (concernsDevice ? slot.Health : _health).RetryAt);

        // A session that failed may be broken for good, even where the device comes back.
        lock (_lock)
        {
            _runner?.Release();
            _runner = null;
        }
    }

    /// <summary>Takes up a better form of the network that was made since it was loaded: the next run loads it. Runs in progress end as they began.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TakeUpOptimized()
    {
        lock (_lock)
        {
            if (_loaded is not { } loaded || loaded == Best())
                return false;
            _runner?.Release();
            _runner = null;
            return true;
        }
    }

    /// <summary>A run went well: failures of the past are forgiven.</summary>
    public void Praise()
    {
        bool hasRecovered = slot.Health.Succeed();
        hasRecovered |= _health.Succeed();
        if (hasRecovered)
            slot.Log.DeviceRecovered(Device.Name, modelPath);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _runner?.Release();
            _runner = null;
        }
    }

    private SharedRunner Acquire(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(ModelSession));
            _runner ??= Load(cancellationToken);
            _runner.Share();
            return _runner;
        }
    }

    private SharedRunner Load(CancellationToken cancellationToken)
    {
        using ProviderGate.Turn turn = slot.Enter(cancellationToken);
        for (NetworkFile best = Best(); best != Original(); best = Best())
        {
            try
            {
                SharedRunner runner = Load(best);
                _loaded = best;
                return runner;
            }
            catch (InferenceException error)
            {
                // Damaged since it was made, or the disk is. The original is what counts.
                _unusable.Add(best.Path);
                slot.Log.OptimizedUnusable(best.Path, error.Message);
                InferenceScope.Current?.AddNotice($"The optimised network {best.Path} cannot be loaded and is passed over. Make it again with: parley models optimize --again");
            }
        }

        _loaded = Original();
        return Load(Original());
    }

    private NetworkFile Best() => options.UseOptimized && Device.Kind == DeviceKind.Cpu ? NetworkFile.Best(Original().Path, _unusable) : Original();

    private NetworkFile Original() => new(WeightFile.For(modelPath, Device.Limits), IsRewritten: false, options.IsMapped);

    private SharedRunner Load(NetworkFile network)
    {
        string file = network.Path;
        using SessionOptions session = new()
        {
            IntraOpNumThreads = options.Threads ?? CpuBudget.Current.Threads,
            InterOpNumThreads = 1,
            // A mapped graph has been through the optimiser.
            GraphOptimizationLevel = network.IsMapped ? GraphOptimizationLevel.ORT_DISABLE_ALL : GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        try
        {
            OwnOperators.Prepare();
            slot.Backend.Configure(Device, file, session);
            return new SharedRunner(slot.Backend.Open(Device, file, session), slot);
        }
        catch (Exception error) when (DeviceFault.IsKnown(error))
        {
            throw new InferenceException(
                DeviceFault.Classify(error) is InferenceFault.RunFailed ? InferenceFault.DeviceUnavailable : DeviceFault.Classify(error),
                modelPath,
                Device.Name,
                $"{file} cannot be loaded on {Device.Name}: {RuntimeMessage.Shorten(error.Message)}",
                error);
        }
    }

    private IDisposableReadOnlyCollection<OrtValue> RunOn(IModelRunner runner, Dictionary<string, OrtValue> inputs, string[] outputNames, CancellationToken cancellationToken)
    {
        using ProviderGate.Turn turn = slot.Enter(cancellationToken);
        using RunOptions run = new();
        using CancellationTokenRegistration registration = cancellationToken.Register(() => run.Terminate = true);
        try
        {
            return runner.Run(run, inputs, outputNames);
        }
        catch (Exception error) when (DeviceFault.IsKnown(error))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new InferenceException(
                DeviceFault.Classify(error), modelPath, Device.Name, $"{modelPath} failed on {Device.Name}: {RuntimeMessage.Shorten(error.Message)}", error);
        }
    }

    // Beyond the limit some drivers do not fail but compute nonsense, so the native code never sees such a tensor.
    private void CheckSizes(Dictionary<string, OrtValue> inputs)
    {
        if (Device.Limits.MaxTensorBytes is not { } limit)
            return;
        foreach ((string name, OrtValue value) in inputs)
        {
            long bytes = value.GetTensorSizeInBytes();
            if (bytes > limit)
                throw new InferenceException(InferenceFault.OutOfMemory, modelPath, Device.Name, $"{modelPath}: input {name} has {bytes} bytes, {Device.Name} takes {limit} in one tensor.");
        }
    }

    // The CPU's values are passed on as they are: there is no better device to ask.
    private void CheckOutputs(IDisposableReadOnlyCollection<OrtValue> outputs)
    {
        if (Device.Kind == DeviceKind.Cpu)
            return;
        if (!OutputCheck.HasNotANumber(outputs))
            return;
        outputs.Dispose();
        throw new InferenceException(InferenceFault.BadOutput, modelPath, Device.Name, $"{modelPath} gave values on {Device.Name} that are not numbers.");
    }
}
