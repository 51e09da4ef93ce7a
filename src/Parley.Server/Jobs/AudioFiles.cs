using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Storage;

namespace Parley.Server.Jobs;

/// <summary>Recordings on disk: deleted when their job has ended, and swept when nobody needs them.</summary>
internal sealed class AudioFiles(JobBoard board, JobStore store, Func<ServerOptions> options, TimeProvider clock, ILogger logger)
{
    /// <summary>What lies in the folder for temporary files so long is nobody's.</summary>
    private static readonly TimeSpan LongestTemporary = TimeSpan.FromHours(24);

    /// <summary>Deletes the recording of an ended job, unless files are kept, the job keeps its own, or another job needs it.</summary>
    public void Release(string path)
    {
        try
        {
            if (options().Transcription.DeleteAfterTranscription && !board.AudioPaths().Contains(path) && !store.KeepsRecording(path))
                RecordingFiles.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or StorageException)
        {
            logger.NotDeleted(error.Message);
        }
    }

    /// <summary>Deletes the recording of a deleted job, whether files are kept or not; waits for an engine that has not let go of it.</summary>
    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        foreach (JobRun run in board.Runs.Where(run => run.IsClosed && string.Equals(run.AudioPath, path, StringComparison.Ordinal)))
            await run.Task.WaitAsync(cancellationToken);
        try
        {
            if (path.Length > 0 && !board.AudioPaths().Contains(path))
                RecordingFiles.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            logger.NotDeleted(error.Message);
        }
    }

    /// <summary>
    /// Deletes what a crash left between two steps: recordings that were stored but not yet accepted, or whose job had ended but not yet let go.
    /// Called at start, before anything is accepted; only files that bear a job's number are ours.
    /// </summary>
    public void SweepLeftovers()
    {
        ServerOptions now = options();
        if (now.Transcription.DeleteAfterTranscription)
            Sweep(now.Server.UploadDir, TimeSpan.Zero, static file => Guid.TryParseExact(Path.GetFileNameWithoutExtension(file.Name), "D", out _));
    }

    /// <summary>Deletes files of no live job that nobody has touched for the time of grace; files that are kept on purpose stay.</summary>
    public void Sweep()
    {
        ServerOptions now = options();
        if (now.Transcription.DeleteAfterTranscription)
            Sweep(now.Server.UploadDir, TimeSpan.FromSeconds(now.Transcription.OrphanFileGraceSeconds), static _ => true);
        Sweep(now.Server.TempDir, LongestTemporary, static _ => true);
    }

    private void Sweep(string folder, TimeSpan grace, Func<FileInfo, bool> isOurs)
    {
        if (!Directory.Exists(folder))
            return;
        HashSet<string> needed = [.. KeptRecordings().Concat(board.AudioPaths()).SelectMany(RecordingFiles.All)];
        DateTime untouchedSince = (clock.GetUtcNow() - grace).UtcDateTime;
        int swept = 0;
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles())
        {
            bool isLink = file.Attributes.HasFlag(FileAttributes.ReparsePoint);
            if (isLink || file.LastWriteTimeUtc > untouchedSince || needed.Contains(file.FullName) || !isOurs(file))
                continue;
            try
            {
                file.Delete();
                swept++;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                logger.NotDeleted(error.Message);
            }
        }

        if (swept > 0)
            logger.Swept(swept, folder);
    }

    private List<string> KeptRecordings()
    {
        int hours = options().Server.KeepRecordingsHours;
        return store.KeptRecordings(hours == 0 ? null : clock.GetUtcNow() - TimeSpan.FromHours(hours));
    }
}
