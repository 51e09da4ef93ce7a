using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Parley.Server.Protocols.Uploads;

/// <summary>How adding bytes to an upload ended. What came before the end is kept, unless it says otherwise.</summary>
internal enum AppendEnd
{
    /// <summary>The request was read to its end, and what it brought is on disk.</summary>
    Done,

    /// <summary>It brought more than the upload lacks; nothing of it was kept.</summary>
    TooLong,

    /// <summary>The disk has no room.</summary>
    DiskFull,

    /// <summary>The disk failed; the log says how.</summary>
    WriteFailed,

    /// <summary>Nothing came for too long.</summary>
    Stalled,

    /// <summary>It is not what it should be; nothing of it was kept.</summary>
    Mismatch,

    /// <summary>Another request goes on with the upload, or the server stops.</summary>
    TakenOver,
}

/// <summary>
/// A file that comes in pieces, one behind the other, over as many connections as it takes. Its offset is the length of its file. Everything that
/// changes it needs <see cref="EnterAsync"/>.
/// </summary>
internal sealed class ResumableUpload : IDisposable
{
    private const int BufferBytes = 128 << 10;
    private const long SpaceCheckEvery = 32L << 20;

    // Longer than networks take to recover, shorter than people wait.
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(60);

    // Beyond this the other one is at its disk, or at handing over.
    private static readonly TimeSpan TakeOverLimit = TimeSpan.FromSeconds(10);

    private readonly UploadFiles _files;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _free = new(1, 1);
    private readonly FileHashes _hashes = new();
    private UploadTurn? _holder;
    private long _tickets;
    private long _offset;
    private long _lastUsed;

    /// <param name="record">What is known about it.</param>
    /// <param name="path">Full path of its file, which exists.</param>
    /// <param name="files">Asked for room, told of faults.</param>
    /// <param name="clock">The clock.</param>
    public ResumableUpload(ResumableRecord record, string path, UploadFiles files, TimeProvider clock)
    {
        (Record, Path, _files, _clock) = (record, path, files, clock);
        FileInfo file = new(path);
        (_offset, _lastUsed) = (file.Length, new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeMilliseconds());
    }

    public ResumableRecord Record { get; }

    public Guid Id => Record.Id;

    /// <summary>Full path of the file that grows.</summary>
    public string Path { get; }

    /// <summary>Bytes that are here.</summary>
    public long Offset => Interlocked.Read(ref _offset);

    public long Missing => Record.Length - Offset;

    public bool IsComplete => Missing == 0;

    /// <summary>It became a job or was dropped: it takes nothing more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>When it was last used.</summary>
    public DateTimeOffset LastUsed => DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref _lastUsed));

    /// <summary>It is in use: it does not expire for now.</summary>
    public void Touch() => Interlocked.Exchange(ref _lastUsed, _clock.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Asks whoever works on it to stop, and takes its place; null when that one cannot stop now. The last who comes is served first.</summary>
    public async Task<UploadTurn?> EnterAsync(CancellationToken cancellationToken)
    {
        long ticket = Interlocked.Increment(ref _tickets);
        Volatile.Read(ref _holder)?.GiveWay();
        if (!await _free.WaitAsync(TakeOverLimit, cancellationToken))
            return null;
        Touch();
        UploadTurn turn = Take();
        if (Interlocked.Read(ref _tickets) != ticket)
            turn.GiveWay();
        return turn;
    }

    /// <summary>The same, without disturbing anybody; null while somebody works on it.</summary>
    public UploadTurn? TryEnter() => _free.Wait(0) ? Take() : null;

    /// <summary>Whoever works on it should stop.</summary>
    public void GiveWay() => Volatile.Read(ref _holder)?.GiveWay();

    /// <summary>Adds what a request brings. When it breaks off, what has come is kept.</summary>
    /// <param name="body">The bytes.</param>
    /// <param name="turn">The caller's turn.</param>
    /// <param name="cancellationToken">The client has gone.</param>
    /// <exception cref="IOException">The client has gone in the middle.</exception>
    public Task<AppendEnd> AppendAsync(Stream body, UploadTurn turn, CancellationToken cancellationToken) => EndOfAsync(turn, async () =>
    {
        long start = Offset;
        using CancellationTokenSource any = CancellationTokenSource.CreateLinkedTokenSource(turn.Token, cancellationToken);
        AppendEnd end = await CopyAsync(new PatientStream(body, StallLimit, _clock), any.Token);
        if (end == AppendEnd.TooLong)
            Truncate(start);
        if (end == AppendEnd.Done && Offset > start)
            await FlushAsync();
        return end;
    });

    /// <summary>Adds what a request brings if it is what it should be, and nothing of it else.</summary>
    /// <inheritdoc cref="AppendAsync"/>
    public Task<AppendEnd> AppendCheckedAsync(Stream body, UploadChecksum checksum, UploadTurn turn, CancellationToken cancellationToken) => EndOfAsync(turn, async () =>
    {
        using CancellationTokenSource any = CancellationTokenSource.CreateLinkedTokenSource(turn.Token, cancellationToken);
        using SpooledPayload piece = await BodySpool.ReadAsync(new PatientStream(body, StallLimit, _clock), _files, Missing, any.Token);
        if (piece.Fault != SpoolFault.None)
            return piece.Fault switch { SpoolFault.TooLarge => AppendEnd.TooLong, SpoolFault.DiskFull => AppendEnd.DiskFull, _ => AppendEnd.WriteFailed };
        if (!await checksum.MatchesAsync(piece, CancellationToken.None))
            return AppendEnd.Mismatch;
        await using FileStream checkedBytes = new(piece.Path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        AppendEnd end = await CopyAsync(checkedBytes, CancellationToken.None);
        if (end == AppendEnd.Done)
            await FlushAsync();
        return end;
    });

    /// <summary>MD5 and SHA-256 of the complete file. What came in order in this process was counted in as it came, the rest is read again.</summary>
    public Task<(string Md5, string Sha256)> HashAsync(CancellationToken cancellationToken) => _hashes.CompleteAsync(Path, Record.Length, cancellationToken);

    /// <summary>Ends the upload, in its turn. Its file stays the caller's.</summary>
    public void Dispose()
    {
        if (IsClosed)
            return;
        IsClosed = true; // The semaphore stays usable: others may be waiting for their turn.
        _hashes.Dispose();
    }

    private UploadTurn Take()
    {
        UploadTurn turn = new(() =>
        {
            Volatile.Write(ref _holder, null);
            _free.Release();
        });
        Volatile.Write(ref _holder, turn);
        return turn;
    }

    private async Task<AppendEnd> EndOfAsync(UploadTurn turn, Func<Task<AppendEnd>> append)
    {
        try
        {
            return await append();
        }
        catch (OperationCanceledException) when (turn.Token.IsCancellationRequested)
        {
            return AppendEnd.TakenOver;
        }
        catch (StalledException)
        {
            return AppendEnd.Stalled;
        }
        catch (DiskException error)
        {
            _files.ReportFailure(error.InnerException!);
            return AppendEnd.WriteFailed;
        }
    }

    private async Task<AppendEnd> CopyAsync(Stream body, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            using SafeFileHandle file = OnDisk(() => File.OpenHandle(Path, FileMode.Open, FileAccess.Write, FileShare.Read, FileOptions.Asynchronous));
            return await CopyAsync(body, file, buffer, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<AppendEnd> CopyAsync(Stream body, SafeFileHandle file, byte[] buffer, CancellationToken cancellationToken)
    {
        long nextSpaceCheck = Offset;
        while (true)
        {
            (int filled, bool isEnd) = await FillAsync(body, file, buffer, cancellationToken);
            if (filled > Missing)
                return AppendEnd.TooLong;
            if (filled > 0 && Offset >= nextSpaceCheck)
            {
                nextSpaceCheck += SpaceCheckEvery;
                if (!_files.HasSpaceFor(filled))
                    return AppendEnd.DiskFull;
            }

            await WriteAsync(file, buffer.AsMemory(0, filled));
            if (isEnd)
                return AppendEnd.Done;
        }
    }

    // Bodies come in small pieces; the disk is asked once for many of them. What came before a connection broke counts.
    private async Task<(int Filled, bool IsEnd)> FillAsync(Stream body, SafeFileHandle file, byte[] buffer, CancellationToken cancellationToken)
    {
        int filled = 0;
        try
        {
            while (filled < BufferBytes)
            {
                int read = await body.ReadAsync(buffer.AsMemory(filled, BufferBytes - filled), cancellationToken);
                if (read == 0)
                    return (filled, true);
                filled += read;
            }

            return (filled, false);
        }
        catch when (filled > 0 && filled <= Missing)
        {
            await WriteAsync(file, buffer.AsMemory(0, filled));
            throw;
        }
    }

    // Not cancelled half-way: file and hash must agree.
    private async Task WriteAsync(SafeFileHandle file, ReadOnlyMemory<byte> bytes)
    {
        long at = Offset;
        try
        {
            await RandomAccess.WriteAsync(file, bytes, at, CancellationToken.None);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DiskException(error);
        }

        _hashes.Append(at, bytes.Span);
        Interlocked.Exchange(ref _offset, at + bytes.Length);
        Touch();
    }

    private void Truncate(long length)
    {
        OnDisk(() =>
        {
            using SafeFileHandle file = File.OpenHandle(Path, FileMode.Open, FileAccess.Write, FileShare.Read);
            RandomAccess.SetLength(file, length);
            return true;
        });
        _hashes.ForgetBehind(length);
        Interlocked.Exchange(ref _offset, length);
    }

    // Flushing gigabytes takes seconds in which a thread of the pool would serve nobody.
    private Task FlushAsync() => Task.Factory.StartNew(
        () => OnDisk(() =>
        {
            DurableFile.Flush(Path);
            return true;
        }),
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static T OnDisk<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DiskException(error);
        }
    }

    // A disk and a connection fail with the same kinds of exceptions.
    private sealed class DiskException(Exception inner) : Exception(inner.Message, inner);
}
