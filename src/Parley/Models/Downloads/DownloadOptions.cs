using Parley.Models.Catalog;

namespace Parley.Models.Downloads;

/// <summary>How models are fetched.</summary>
public sealed record DownloadOptions
{
    /// <summary>Hub or mirror to use; null tries the sources of each model in the catalog's order.</summary>
    public HubAddress? Hub { get; init; }

    /// <summary>Which weights are fetched. Default: full.</summary>
    public WeightKind Weights { get; init; }

    /// <summary>Fetch the newest files instead of the revisions that the catalog names.</summary>
    public bool Newest { get; init; }

    /// <summary>Fetch again what is installed.</summary>
    public bool Replace { get; init; }

    /// <summary>Files at a time. Default: 3.</summary>
    public int Parallel { get; init; } = 3;

    /// <summary>Failures in a row, without a byte in between, after which a file is given up. Default: 6.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>Pause after the first failure; it doubles with each one, up to <see cref="MaxPause"/>. Default: one second.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause, also when a hub asks for more. Default: one minute.</summary>
    public TimeSpan MaxPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time without a byte after which a connection counts as broken. Default: 30 s.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Free bytes of the volume of a directory; for tests.</summary>
    internal Func<string, long> FreeBytes { get; init; } = static directory => new DriveInfo(directory).AvailableFreeSpace;
}
