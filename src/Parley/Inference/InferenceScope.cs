namespace Parley.Inference;

/// <summary>
/// Collects what model runs have to report for one job: devices really used, and fall-backs taken. Open it around the job; runs inside
/// find it by themselves, on all threads and tasks that start there. Safe for concurrent use.
/// </summary>
public sealed class InferenceScope : IDisposable
{
    private static readonly AsyncLocal<InferenceScope?> CurrentScope = new();

    private readonly Lock _lock = new();
    private readonly InferenceScope? _outer = CurrentScope.Value;
    private readonly List<string> _notices = [];
    private readonly Dictionary<string, List<string>> _uses = new(StringComparer.Ordinal);

    private InferenceScope()
    {
    }

    /// <summary>What the reader of the receipt should know, each once, in the order of its first occurrence.</summary>
    public IReadOnlyList<string> Notices
    {
        get
        {
            lock (_lock)
                return [.. _notices];
        }
    }

    internal static InferenceScope? Current => CurrentScope.Value;

    /// <summary>Opens a scope inside the current one, if there is one. Dispose it in the method that opened it.</summary>
    public static InferenceScope Begin()
    {
        InferenceScope scope = new();
        CurrentScope.Value = scope;
        return scope;
    }

    /// <summary>Names of the devices that ran a model within the scope, in the order of their first use; the session's device when none did.</summary>
    public IReadOnlyList<string> DevicesOf(ModelSession session)
    {
        lock (_lock)
            return _uses.TryGetValue(session.ModelPath, out List<string>? devices) ? [.. devices] : [session.Device];
    }

    /// <summary>Ends the scope; what it has collected stays readable.</summary>
    public void Dispose() => CurrentScope.Value = _outer;

    internal void AddNotice(string notice)
    {
        lock (_lock)
        {
            if (!_notices.Contains(notice, StringComparer.Ordinal))
                _notices.Add(notice);
        }
    }

    internal void AddUse(string modelPath, string device)
    {
        lock (_lock)
        {
            if (!_uses.TryGetValue(modelPath, out List<string>? devices))
                _uses[modelPath] = devices = [];
            if (!devices.Contains(device, StringComparer.Ordinal))
                devices.Add(device);
        }
    }
}
