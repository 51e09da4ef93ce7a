namespace Parley.Models.Downloads;

/// <summary>Keeps two processes from changing the same bundle at once. It ends with the process, however that ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Waits until nobody else holds the lock.</summary>
    /// <param name="folder">Made when it is missing.</param>
    /// <param name="name">Name of the bundle.</param>
    /// <param name="waiting">Called once when another process holds it.</param>
    /// <param name="time">The clock of the waiting.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ModelFileException">The folder cannot be written.</exception>
    public static async Task<FolderLock> TakeAsync(string folder, string name, Action waiting, TimeProvider time, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, $".{name}.lock");
        for (bool isFirst = true; ; isFirst = false)
        {
            try
            {
                Directory.CreateDirectory(folder);
                return new FolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (UnauthorizedAccessException error)
            {
                throw new ModelFileException(folder, $"Models cannot be put into {folder}: {error.Message} Name another folder with --into.", error);
            }
            catch (IOException error) when (!IsHeld(error))
            {
                throw new ModelFileException(folder, $"Models cannot be put into {folder}: {error.Message} Name another folder with --into.", error);
            }
            catch (IOException)
            {
                if (isFirst)
                    waiting();
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // The file stays: whoever waits for it has it open, and a new one beside it would be another lock.
    public void Dispose() => _file.Dispose();

    // A file that is open elsewhere: sharing and lock violations of Windows, EAGAIN of Linux and of macOS.
    private static bool IsHeld(IOException error) => (error.HResult & 0xFFFF) is 32 or 33 or 11 or 35;
}
