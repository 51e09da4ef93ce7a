using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.Uploads;

/// <summary>
/// Files on their way in: a folder of this process under <c>server.temp_dir</c>, and the hand-over to <c>server.upload_dir</c>.
/// All names are made here; nothing that a client says becomes part of a path but an extension from the list. Safe for concurrent calls.
/// </summary>
internal sealed class UploadFiles : IDisposable
{
    private const string FolderName = "parley-uploads";
    private const string LockName = ".lock";
    private const long MiB = 1L << 20;

    private readonly ListenOptions _options;
    private readonly ILogger<UploadFiles> _logger;
    private readonly string _folder;
    private readonly FileStream _lock;

    /// <summary>Makes the folders, and removes what processes that are gone have left behind.</summary>
    /// <exception cref="IOException">A folder cannot be made.</exception>
    public UploadFiles(ServerOptions options, ILogger<UploadFiles> logger)
    {
        (_options, _logger) = (options.Server, logger);
        string root = Path.Combine(_options.TempDir, FolderName);
        Directory.CreateDirectory(root);
        Directory.CreateDirectory(_options.UploadDir);
        SweepDeadFolders(root);
        _folder = Path.Combine(root, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(_folder);
        _lock = OpenLock(_folder);
    }

    /// <summary>A path in the temporary folder that nothing has yet.</summary>
    public string NewPath(string extension) => Path.Combine(_folder, Guid.NewGuid().ToString("N") + extension);

    /// <summary>Whether so many bytes can come in without the disk falling below its reserve. A disk that cannot be asked counts as large.</summary>
    public bool HasSpaceFor(long bytes)
    {
        long reserve = _options.MinFreeDiskMb * MiB;
        return FreeBytes(_folder) - reserve >= bytes && FreeBytes(_options.UploadDir) - reserve >= bytes;
    }

    /// <summary>Where <see cref="StoreAsync"/> puts a file.</summary>
    public string StoredPath(Guid id, UploadAnnouncement announcement) => StoredPath(id, announcement.Extension);

    /// <inheritdoc cref="StoredPath(Guid, UploadAnnouncement)"/>
    public string StoredPath(Guid id, string extension) => Path.Combine(_options.UploadDir, id.ToString("D") + extension);

    /// <summary>
    /// Moves a complete file into the upload folder, as <c>task-id.extension</c>. When this returns, bytes and name survive a crash.
    /// </summary>
    public async Task<StoredAudio> StoreAsync(string path, Guid id, UploadAnnouncement announcement)
    {
        string stored = StoredPath(id, announcement);

        // Flushing gigabytes takes seconds in which a thread of the pool would serve nobody.
        await Task.Factory.StartNew(
            () =>
            {
                DurableFile.Flush(path);
                File.Move(path, stored, overwrite: true);
                if (!string.Equals(Path.GetPathRoot(path), Path.GetPathRoot(stored), StringComparison.Ordinal))
                    DurableFile.Flush(stored);
                DurableFile.FlushDirectory(_options.UploadDir);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        return new StoredAudio(stored, announcement.Md5, announcement.FileSize);
    }

    /// <summary>Takes a stored file back to its temporary path: its job was refused, its upload goes on.</summary>
    public static void TakeBack(StoredAudio audio, string path)
    {
        if (File.Exists(audio.Path))
            File.Move(audio.Path, path, overwrite: true);
    }

    /// <summary>Deletes a file if it is there. What cannot be deleted is logged and left to the sweep.</summary>
    public void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ReportFailure(error);
        }
    }

    /// <summary>Removes files of this process that nobody has touched for so long.</summary>
    public void SweepIdle(TimeSpan idle, DateTime utcNow)
    {
        foreach (FileInfo file in new DirectoryInfo(_folder).EnumerateFiles())
        {
            if (file.Name is not LockName && utcNow - file.LastWriteTimeUtc > idle)
                Delete(file.FullName);
        }
    }

    /// <summary>Logs that the disk failed.</summary>
    public void ReportFailure(Exception error) => _logger.UploadFileFailed(error);

    public void Dispose()
    {
        _lock.Dispose();
        DeleteFolder(_folder);
    }

    private void SweepDeadFolders(string root)
    {
        foreach (string folder in Directory.EnumerateDirectories(root))
        {
            try
            {
                OpenLock(folder).Dispose();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                continue; // Its process lives.
            }

            DeleteFolder(folder);
            _logger.LeftoversRemoved(folder);
        }
    }

    private void DeleteFolder(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ReportFailure(error);
        }
    }

    private static FileStream OpenLock(string folder)
        => new(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static long FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue;
        }
    }
}
