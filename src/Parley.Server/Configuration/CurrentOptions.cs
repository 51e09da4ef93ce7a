namespace Parley.Server.Configuration;

/// <summary>The options as they are now: a reload, or an operator's command, puts new ones in. Safe for concurrent use.</summary>
internal sealed class CurrentOptions(ServerOptions options)
{
    private readonly Lock _lock = new();
    private readonly List<Action<ServerOptions, ServerOptions>> _actions = [];
    private volatile ServerOptions _value = options;

    /// <summary>Immutable; take it once where several values have to fit together.</summary>
    public ServerOptions Value => _value;

    /// <summary>Calls this after every change from now on, with what was before and what is now; one call at a time.</summary>
    public void OnChange(Action<ServerOptions, ServerOptions> action)
    {
        lock (_lock)
            _actions.Add(action);
    }

    public void Update(Func<ServerOptions, ServerOptions> change)
    {
        lock (_lock)
        {
            ServerOptions before = _value;
            _value = change(before);
            foreach (Action<ServerOptions, ServerOptions> action in _actions)
                action(before, _value);
        }
    }
}
