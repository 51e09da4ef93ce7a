using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Notifications;

namespace Parley.Server.Jobs;

/// <summary>Refuses new jobs while a volume is nearly full; those that are there go on. Safe for concurrent calls.</summary>
/// <param name="options">Where files go, and how much room is kept.</param>
/// <param name="freeBytes">Free bytes on the volume of a folder.</param>
/// <param name="notifier">Told when a volume gets low.</param>
/// <param name="logger">Told, too.</param>
internal sealed class DiskWatch(Func<ServerOptions> options, Func<string, long> freeBytes, INotifier notifier, ILogger logger)
{
    private const long Mebi = 1024 * 1024;

    private int _isLow;

    /// <summary>Free bytes on the volume of a folder, which need not exist yet; the most there is when nobody knows.</summary>
    public static long FreeBytes(string folder)
    {
        try
        {
            DirectoryInfo? there = new(folder);
            while (there is { Exists: false })
                there = there.Parent;
            return there is null ? long.MaxValue : new DriveInfo(there.FullName).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue;
        }
    }

    /// <summary>Null while there is room.</summary>
    public SubmitOutcome.Refused? Refusal()
    {
        ServerOptions now = options();
        foreach (string folder in new[] { now.Server.UploadDir, Path.GetDirectoryName(now.Database.Path)! })
        {
            long free = freeBytes(folder);
            if (free >= now.Server.MinFreeDiskMb * Mebi)
                continue;
            if (Interlocked.Exchange(ref _isLow, 1) == 0)
            {
                logger.DiskLow(free / Mebi, folder, now.Server.MinFreeDiskMb);
                notifier.Notify(new Notice.DiskLow(folder, free));
            }

            return new SubmitOutcome.Refused("The server's disk is nearly full, and it takes no recordings until there is room. Try again later, or tell its operator.");
        }

        Interlocked.Exchange(ref _isLow, 0);
        return null;
    }
}
