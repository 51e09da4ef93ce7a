namespace Parley.Audio;

/// <summary>A copy of a stream in a temporary file that only this user can read; deleted when disposed.</summary>
internal sealed class SpooledFile : IDisposable
{
    private const int BlockBytes = 1 << 17;

    private SpooledFile(string path) => Path = path;

    /// <summary>Full path of the file.</summary>
    public string Path { get; }

    /// <summary>Copies the bytes read already and the rest of the stream.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static SpooledFile Write(byte[] head, Stream rest, string displayName, CancellationToken cancellationToken)
    {
        SpooledFile spooled = new(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"parley-{Guid.NewGuid():N}.media"));
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using FileStream file = new(spooled.Path, options);
            file.Write(head);
            byte[] block = new byte[BlockBytes];
            for (int read; (read = ReadBlock(rest, block, displayName)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                file.Write(block, 0, read);
            }

            return spooled;
        }
        catch
        {
            spooled.Dispose();
            throw;
        }
    }

    /// <summary>Deletes the file.</summary>
    public void Dispose() => File.Delete(Path);

    private static int ReadBlock(Stream stream, byte[] block, string displayName)
    {
        try
        {
            return stream.Read(block, 0, block.Length);
        }
        catch (IOException error)
        {
            throw new AudioDecodeException(AudioFault.Damaged, $"{displayName} cannot be read: {error.Message}", error);
        }
    }
}
