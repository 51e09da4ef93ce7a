using Microsoft.Extensions.Logging;
using Parley.Inference.Devices;
using Parley.Server.Workers.Bundles;
using Parley.Server.Workers.Pool;

namespace Parley.Server.Workers;

/// <summary>
/// Pipelines of the server's own process, one for each bundle that was asked for. Whoever has the engine's turn puts them there and takes them away;
/// everybody may look at what is there.
/// </summary>
/// <param name="memory">Of the machine.</param>
/// <param name="limitBytes">What the process may take; null for no limit.</param>
/// <param name="logger">Told what is unloaded.</param>
/// <param name="time">The clock.</param>
internal sealed class PipelineShelf(IMachineMemory memory, long? limitBytes, ILogger logger, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];

    /// <summary>What is loaded, the one that was used last at the end.</summary>
    public IReadOnlyList<(BundleVersion Version, LoadedPipeline Pipeline)> Loaded
    {
        get
        {
            lock (_lock)
                return [.. _entries.OrderBy(entry => entry.LastUsed).Select(entry => (entry.Version, entry.Pipeline))];
        }
    }

    /// <summary>The pipeline of this version of a bundle on these devices; null when it is not there.</summary>
    public LoadedPipeline? Find(BundleVersion version, DeviceOptions devices)
    {
        lock (_lock)
        {
            if (_entries.Find(entry => ReferenceEquals(entry.Version, version) && ReferenceEquals(entry.Devices, devices)) is not { } entry)
                return null;
            entry.LastUsed = time.GetTimestamp();
            return entry.Pipeline;
        }
    }

    /// <summary>Unloads pipelines, longest unused first, until there is memory for another one, or none is left.</summary>
    /// <param name="version">What is to be loaded.</param>
    public void MakeRoom(BundleVersion version)
    {
        long needed = JobMemory.PredictLoaded(version.FileBytes);
        while (!HasRoom(needed) && First() is { } first)
            Unload(first, "its memory is wanted");
    }

    /// <summary>Puts a pipeline there; others of the same bundle go.</summary>
    public void Put(BundleVersion version, DeviceOptions devices, LoadedPipeline pipeline)
    {
        Entry[] older;
        lock (_lock)
        {
            older = [.. _entries.Where(entry => string.Equals(entry.Version.Bundle, version.Bundle, StringComparison.Ordinal))];
            _entries.Add(new Entry(version, devices, pipeline) { LastUsed = time.GetTimestamp() });
        }

        foreach (Entry entry in older)
            Unload(entry, "another version takes its place");
    }

    /// <summary>Unloads what was not used for so long.</summary>
    public void UnloadIdle(TimeSpan limit)
    {
        while (First() is { } first && time.GetElapsedTime(first.LastUsed) >= limit)
            Unload(first, "it had nothing to do");
    }

    /// <summary>Unloads what runs on other devices.</summary>
    public void UnloadOthers(DeviceOptions devices)
    {
        Entry[] others;
        lock (_lock)
            others = [.. _entries.Where(entry => !ReferenceEquals(entry.Devices, devices))];
        foreach (Entry entry in others)
            Unload(entry, "devices were switched");
    }

    /// <summary>Notes that a pipeline was of use until now.</summary>
    public void Used(LoadedPipeline pipeline)
    {
        lock (_lock)
        {
            if (_entries.Find(entry => entry.Pipeline == pipeline) is { } entry)
                entry.LastUsed = time.GetTimestamp();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _entries.ForEach(entry => entry.Pipeline.Dispose());
            _entries.Clear();
        }
    }

    private bool HasRoom(long needed)
        => memory.AvailableBytes - MemoryGate.Reserve >= needed && (limitBytes is not { } limit || Environment.WorkingSet + needed <= limit);

    private Entry? First()
    {
        lock (_lock)
            return _entries.MinBy(entry => entry.LastUsed);
    }

    private void Unload(Entry entry, string reason)
    {
        lock (_lock)
            _entries.Remove(entry);
        entry.Pipeline.Dispose();
        logger.BundleUnloaded(entry.Version.Name, reason);
    }

    private sealed record Entry(BundleVersion Version, DeviceOptions Devices, LoadedPipeline Pipeline)
    {
        public long LastUsed { get; set; }
    }
}
