using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Parley.Server.Protocols.Uploads;

/// <summary>Decodes a base64 payload into a file as its characters arrive, with length and MD5. Memory: one small buffer. Not safe for concurrent use.</summary>
/// <remarks>Characters are appended without waiting; <see cref="WriteOutAsync"/> is called between pieces and bounds what is held.</remarks>
internal sealed class PayloadSpool : IDisposable
{
    private const int WriteAt = 192 << 10;
    private const int FirstBuffer = 256 << 10;
    private const long SpaceCheckEvery = 32L << 20;

    private readonly UploadFiles _files;
    private readonly Upload? _upload;
    private readonly long _limit;
    private readonly string _path;
    private readonly Base64Stream _base64 = new();
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private SafeFileHandle? _file;
    private int _buffered;
    private long _written;
    private long _nextSpaceCheck;
    private SpoolFault _fault;
    private bool _isHandedOver;

    /// <summary>Opens a spool.</summary>
    /// <param name="files">Where the file goes.</param>
    /// <param name="upload">What the payload belongs to, kept from expiring while it arrives; null when that is not known yet.</param>
    /// <param name="limit">Bytes that are kept. More are counted, not written: the length is wrong anyway.</param>
    public PayloadSpool(UploadFiles files, Upload? upload, long limit)
    {
        (_files, _upload, _limit) = (files, upload, limit);
        _path = files.NewPath(".spool");
    }

    /// <summary>Bytes decoded so far.</summary>
    public long Length { get; private set; }

    /// <summary>Decodes the next characters.</summary>
    public void Append(ReadOnlySpan<byte> characters)
    {
        if (_fault != SpoolFault.None)
            return;
        int needed = _buffered + Base64Stream.MaxDecoded(characters.Length);
        if (needed > _buffer.Length)
            Grow(needed);
        Count(_base64.Decode(characters, _buffer.AsSpan(_buffered)));
    }

    /// <summary>Writes what has gathered, if it is worth a write.</summary>
    public ValueTask WriteOutAsync(CancellationToken cancellationToken)
        => _buffered >= WriteAt ? WriteAsync(cancellationToken) : ValueTask.CompletedTask;

    /// <summary>Ends the payload. The spool itself is done with; what it made is the caller's.</summary>
    public async ValueTask<SpooledPayload> CompleteAsync(CancellationToken cancellationToken)
    {
        Count(_base64.Complete(_buffer.AsSpan(_buffered)));
        await WriteAsync(cancellationToken);
        _file?.Dispose();
        _file = null;
        if (_fault != SpoolFault.None)
            return SpooledPayload.Failed(_fault);
        _isHandedOver = true;
        return new SpooledPayload(_files, _path, Length, Convert.ToHexStringLower(_md5.GetHashAndReset()));
    }

    public void Dispose()
    {
        if (_buffer.Length == 0)
            return;
        _file?.Dispose();
        _md5.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        if (!_isHandedOver)
            _files.Delete(_path);
    }

    private void Count(int decoded)
    {
        if (_base64.IsInvalid)
            _fault = SpoolFault.NotBase64;
        long kept = Math.Clamp(_limit - Length, 0, decoded);
        _md5.AppendData(_buffer, _buffered, (int)kept);
        _buffered += (int)kept;
        Length += decoded;
    }

    private async ValueTask WriteAsync(CancellationToken cancellationToken)
    {
        _upload?.Touch();
        if (_fault != SpoolFault.None || (_buffered == 0 && _file is not null))
            return;
        try
        {
            if (_written + _buffered >= _nextSpaceCheck)
            {
                _nextSpaceCheck += SpaceCheckEvery;
                if (!_files.HasSpaceFor(_buffered))
                {
                    _fault = SpoolFault.DiskFull;
                    return;
                }
            }

            _file ??= File.OpenHandle(_path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.Asynchronous);
            await RandomAccess.WriteAsync(_file, _buffer.AsMemory(0, _buffered), _written, cancellationToken);
            _written += _buffered;
            _buffered = 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _fault = SpoolFault.WriteFailed;
            _files.ReportFailure(error);
        }
    }

    private void Grow(int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(needed);
        _buffer.AsSpan(0, _buffered).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
