using Microsoft.Extensions.Logging;
using Parley.Inference.Devices;
using Parley.Server.Hosting;

namespace Parley.Server.Configuration;

/// <summary>
/// Reads the configuration again when it is asked to, or when the file changes. What can change while the server runs, does; what cannot is
/// named; a broken file changes nothing.
/// </summary>
internal sealed class ConfigurationReload : IAsyncDisposable
{
    // Editors write a file in several steps.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    private readonly ConfigurationRequest _request;
    private readonly CurrentOptions _current;
    private readonly Func<DeviceOptions, CancellationToken, Task> _switchDevices;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly FileSystemWatcher? _watcher;
    private readonly Task _loop;
    private ServerOptions _known;
    private volatile string _reason = "";

    /// <param name="request">Where the configuration comes from.</param>
    /// <param name="read">What was read at the start.</param>
    /// <param name="current">Receives what changes.</param>
    /// <param name="switchDevices">Moves the engine to other devices.</param>
    /// <param name="loggers">Makes the logger.</param>
    /// <param name="time">The clock.</param>
    public ConfigurationReload(
        ConfigurationRequest request, EffectiveConfiguration read, CurrentOptions current, Func<DeviceOptions, CancellationToken, Task> switchDevices, ILoggerFactory loggers, TimeProvider time)
    {
        (_request, _current, _switchDevices, _time) = (request, current, switchDevices, time);
        _known = read.Options;
        _logger = loggers.CreateLogger<ConfigurationReload>();
        _loop = RunAsync();
        if (read.File is { } file)
        {
            _watcher = new FileSystemWatcher(Path.GetDirectoryName(file)!, Path.GetFileName(file)) { NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName | NotifyFilters.Size };
            _watcher.Changed += (_, _) => Request("the file changed");
            _watcher.Created += (_, _) => Request("the file changed");
            _watcher.Renamed += (_, _) => Request("the file changed");
            _watcher.EnableRaisingEvents = true;
        }
    }

    /// <summary>Asks for it; returns at once.</summary>
    public void Request(string reason)
    {
        _reason = reason;
        if (!_stopping.IsCancellationRequested)
            _wanted.Release();
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        _watcher?.Dispose();
        await _loop;
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _wanted.WaitAsync(_stopping.Token);
                do
                    await Task.Delay(Quiet, _time, _stopping.Token);
                while (DrainWanted());
                await ApplyAsync(_stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private bool DrainWanted()
    {
        bool any = false;
        while (_wanted.Wait(0, CancellationToken.None))
            any = true;
        return any;
    }

    private async Task ApplyAsync(CancellationToken cancellationToken)
    {
        EffectiveConfiguration read = ConfigurationReader.Read(_request);
        if (read.Errors.Count > 0)
        {
            foreach (string error in read.Errors)
                _logger.ReloadRefused(error);
            return;
        }

        SettingKey[] changed = [.. SettingTable.All.Where(key => key.Ignored is null && !key.IsSame(_known, read.Options))];
        if (changed.Length == 0)
            return;
        foreach (string warning in read.Warnings)
            _logger.ConfigurationWarning(warning);
        SettingKey[] live = [.. changed.Where(key => key.IsLive)], fixedKeys = [.. changed.Where(key => !key.IsLive)];
        if (fixedKeys.Length > 0)
            _logger.NeedsRestart(string.Join(", ", fixedKeys.Select(key => key.Name)));
        _known = read.Options;
        if (live.Length == 0)
            return;

        if (live.Any(IsDevice) && !await SwitchAsync(read.Options.Funasr.Devices, cancellationToken))
            live = [.. live.Where(key => !IsDevice(key))];
        _current.Update(options => live.Aggregate(options, (now, key) => key.Copy(read.Options, now)));
        _logger.Reloaded(_reason, string.Join(", ", live.Select(key => $"{key.Name}={key.ShowMasked(read.Options)}")));
    }

    private static bool IsDevice(SettingKey key) => SettingTable.SectionOf(key.Name) is SettingTable.ModelSection;

    private async Task<bool> SwitchAsync(DeviceOptions devices, CancellationToken cancellationToken)
    {
        try
        {
            await _switchDevices(devices, cancellationToken);
            return true;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _logger.SwitchFailed(error, devices.Device);
            return false;
        }
    }
}
