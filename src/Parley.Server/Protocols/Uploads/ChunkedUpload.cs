using System.Buffers;
using System.Collections;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Parley.Server.Protocols.Uploads;

/// <summary>A file that comes in chunks, in any order and over any connections. Everything but <see cref="Upload.Touch"/> and <see cref="ReceivedChunks"/> needs <see cref="EnterAsync"/>.</summary>
internal sealed class ChunkedUpload : Upload, IDisposable
{
    private const int CopyBuffer = 256 << 10;

    private readonly UploadFiles _files;
    private readonly ChunkPlan _plan;
    private readonly BitArray _received;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private long _hashed; // bytes from the start that went into the hash as they came
    private string? _wholeMd5;

    public ChunkedUpload(Guid id, UploadAnnouncement announcement, string? user, UploadFiles files, TimeProvider clock)
        : base(id, announcement, user, clock)
    {
        _files = files;
        _plan = announcement.Chunks ?? throw new ArgumentException("The file comes in one frame.", nameof(announcement));
        _received = new BitArray(_plan.Count);
        Path = files.NewPath(".part");
    }

    /// <summary>Full path of the file that the chunks grow into.</summary>
    public string Path { get; }

    public int ReceivedCount { get; private set; }

    public bool IsComplete => ReceivedCount == _plan.Count;

    /// <summary>It became a job or was dropped: it takes nothing more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Numbers of the chunks that are here, in order.</summary>
    public IReadOnlyList<int> ReceivedChunks
    {
        get
        {
            lock (_received)
                return [.. Enumerable.Range(0, _plan.Count).Where(index => _received[index])];
        }
    }

    /// <summary>Waits until nobody else works on this upload; disposing the answer lets the next one in.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        Touch();
        return new Turn(this);
    }

    /// <summary>The same without waiting; null while somebody else works on it.</summary>
    public IDisposable? TryEnter() => _turn.Wait(0) ? new Turn(this) : null;

    public bool Has(int index) => _received[index];

    /// <summary>Bytes that a chunk must have.</summary>
    public long LengthOf(int index) => Math.Min(_plan.Size, Announcement.FileSize - (index * _plan.Size));

    /// <summary>Puts a checked chunk into its place.</summary>
    public async Task AddAsync(int index, SpooledPayload chunk, CancellationToken cancellationToken)
    {
        long at = index * _plan.Size;
        using SafeFileHandle source = File.OpenHandle(chunk.Path, options: FileOptions.Asynchronous);
        using SafeFileHandle target = File.OpenHandle(Path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, FileOptions.Asynchronous);
        bool isNext = at == _hashed;
        try
        {
            await CopyAsync(source, 0, chunk.Length, isNext, cancellationToken, target, at);
        }
        catch when (isNext)
        {
            // Part of the chunk went into the hash; the whole file is read at the end instead.
            _ = _md5.GetHashAndReset();
            _hashed = 0;
            throw;
        }

        if (isNext)
            _hashed += chunk.Length;
        lock (_received)
            _received[index] = true;
        ReceivedCount++;
    }

    /// <summary>MD5 of the complete file; what came in order was counted in as it came, the rest is read again.</summary>
    public async Task<string> Md5Async(CancellationToken cancellationToken)
    {
        if (_wholeMd5 is null)
        {
            using SafeFileHandle file = File.OpenHandle(Path, options: FileOptions.Asynchronous | FileOptions.SequentialScan);
            await CopyAsync(file, _hashed, Announcement.FileSize - _hashed, isHashed: true, cancellationToken);
            _hashed = Announcement.FileSize;
            _wholeMd5 = Convert.ToHexStringLower(_md5.GetHashAndReset());
        }

        return _wholeMd5;
    }

    /// <summary>Ends the upload, in its turn. Its file is deleted where it still is.</summary>
    public void Dispose()
    {
        if (IsClosed)
            return;
        IsClosed = true; // The semaphore stays usable: others may be waiting for their turn.
        _files.Delete(Path);
        _md5.Dispose();
    }

    private async Task CopyAsync(
        SafeFileHandle source, long from, long length, bool isHashed, CancellationToken cancellationToken, SafeFileHandle? target = null, long to = 0)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBuffer);
        try
        {
            for (long done = 0; done < length;)
            {
                int read = await RandomAccess.ReadAsync(source, buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - done)), from + done, cancellationToken);
                if (read == 0)
                    throw new EndOfStreamException("A file of an upload is shorter than it was. Look at the disk of server.temp_dir.");
                if (isHashed)
                    _md5.AppendData(buffer, 0, read);
                if (target is not null)
                    await RandomAccess.WriteAsync(target, buffer.AsMemory(0, read), to + done, cancellationToken);
                done += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed class Turn(ChunkedUpload upload) : IDisposable
    {
        private ChunkedUpload? _upload = upload;

        public void Dispose() => Interlocked.Exchange(ref _upload, null)?._turn.Release();
    }
}
