namespace Parley.Audio;

/// <summary>Opens recordings: WAV in managed code, everything else through ffmpeg. Safe for concurrent calls.</summary>
public static class AudioFile
{
    /// <summary>Opens a recording.</summary>
    /// <param name="path">Path of the file, any name; it is never taken for an option or an address.</param>
    /// <param name="options">Limits and the decoder.</param>
    /// <param name="cancellationToken">Ends the opening and whatever process stands behind it.</param>
    /// <returns>The samples; the first of them are decoded already. The caller disposes it.</returns>
    /// <exception cref="AudioDecodeException">The file is missing, empty, no audio, damaged, too long, a playlist, or ffmpeg is missing.</exception>
    public static AudioSource Open(string path, AudioOptions options, CancellationToken cancellationToken)
        => Open(path, displayName: path, options, cancellationToken);

    /// <summary>Opens a recording whose owner knows it by another name than that of the file.</summary>
    /// <param name="path">Path of the file, any name; it is never taken for an option or an address.</param>
    /// <param name="displayName">What messages call it.</param>
    /// <param name="options">Limits and the decoder.</param>
    /// <param name="cancellationToken">Ends the opening and whatever process stands behind it.</param>
    /// <returns>The samples; the first of them are decoded already. The caller disposes it.</returns>
    /// <exception cref="AudioDecodeException">The file is missing, empty, no audio, damaged, too long, a playlist, or ffmpeg is missing.</exception>
    public static AudioSource Open(string path, string displayName, AudioOptions options, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(displayName);
        ArgumentNullException.ThrowIfNull(options);
        MediaHead head;
        FileStream file = OpenFile(path, displayName);
        try
        {
            head = ReadHead(file, displayName, cancellationToken);
            if (head.IsNativeWave)
                return Start(new WaveReader(FromStart(file, head), displayName, file), displayName, options, cancellationToken);
            if (!file.CanSeek) // a named pipe
                return OpenSpooled(head, file, displayName, options, cancellationToken);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return OpenWithFfmpeg(Path.GetFullPath(path), displayName, head, spooled: null, options, cancellationToken);
    }

    /// <summary>Opens a recording that comes as a stream, such as standard input.</summary>
    /// <param name="stream">Its bytes, from where it stands. WAV is read as it comes; other formats are first written to a private temporary file,
    /// because some keep their index at the end. It stays open, and stays the caller's.</param>
    /// <param name="displayName">What messages call it.</param>
    /// <param name="options">Limits and the decoder.</param>
    /// <param name="cancellationToken">Ends the opening and whatever process stands behind it.</param>
    /// <returns>The samples; the caller disposes it, and leaves the stream open until then.</returns>
    /// <exception cref="AudioDecodeException">The stream is empty, no audio, damaged, too long, a playlist, or ffmpeg is missing.</exception>
    /// <exception cref="IOException">The temporary file cannot be written.</exception>
    public static AudioSource Open(Stream stream, string displayName, AudioOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(displayName);
        ArgumentNullException.ThrowIfNull(options);
        MediaHead head = ReadHead(stream, displayName, cancellationToken);
        return head.IsNativeWave
            ? Start(new WaveReader(FromStart(stream, head), displayName, owned: null), displayName, options, cancellationToken)
            : OpenSpooled(head, stream, displayName, options, cancellationToken);
    }

    /// <summary>The first bytes of a recording.</summary>
    /// <exception cref="AudioDecodeException">It is missing, empty, a text or a playlist.</exception>
    internal static MediaHead ReadHead(string path, string displayName, CancellationToken cancellationToken)
    {
        using FileStream file = OpenFile(path, displayName);
        return ReadHead(file, displayName, cancellationToken);
    }

    private static FileStream OpenFile(string path, string displayName)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new AudioDecodeException(AudioFault.NotFound, $"{displayName} does not exist. Check the path.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string reason = Directory.Exists(path) ? "it is a directory" : error.Message;
            throw new AudioDecodeException(AudioFault.NotFound, $"{displayName} cannot be opened: {reason}", error);
        }
    }

    // Refuses what needs no decoder to be refused.
    private static MediaHead ReadHead(Stream stream, string displayName, CancellationToken cancellationToken)
    {
        MediaHead head = MediaHead.Read(stream, displayName, cancellationToken);
        return head.Kind switch
        {
            MediaKind.Empty => throw new AudioDecodeException(AudioFault.Empty, $"{displayName} is empty (0 bytes)."),
            MediaKind.Playlist => throw new AudioDecodeException(
                AudioFault.Forbidden,
                $"{displayName} is a playlist or a list of addresses, which is not followed. Give the recording itself."),
            MediaKind.Text => throw new AudioDecodeException(AudioFault.NotMedia, $"{displayName} is a text, not a recording."),
            _ => head,
        };
    }

    // A stream that has given its head away continues behind it.
    private static Stream FromStart(Stream stream, MediaHead head)
    {
        if (!stream.CanSeek)
            return new PrefixedStream(head.Bytes, stream);
        stream.Seek(-head.Bytes.Length, SeekOrigin.Current);
        return stream;
    }

    private static AudioSource OpenSpooled(MediaHead head, Stream stream, string displayName, AudioOptions options, CancellationToken cancellationToken)
    {
        if (FfmpegLocator.Find(options) is null) // before gigabytes are copied
            throw FfmpegLocator.Missing(displayName, options);
        SpooledFile spooled = SpooledFile.Write(head.Bytes, stream, displayName, cancellationToken);
        return OpenWithFfmpeg(spooled.Path, displayName, head, spooled, options, cancellationToken);
    }

    private static AudioSource OpenWithFfmpeg(
        string fullPath, string displayName, MediaHead head, SpooledFile? spooled, AudioOptions options, CancellationToken cancellationToken)
    {
        try
        {
            CutCheck.ThrowIfCut(fullPath, displayName, head);
            return Start(FfmpegReader.Open(fullPath, displayName, head, spooled, options, cancellationToken), displayName, options, cancellationToken);
        }
        catch
        {
            spooled?.Dispose();
            throw;
        }
    }

    private static AudioSource Start(ISampleReader reader, string displayName, AudioOptions options, CancellationToken cancellationToken)
    {
        ResamplingSource source = new(reader, displayName, options);
        try
        {
            source.Prime(cancellationToken);
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }
}
