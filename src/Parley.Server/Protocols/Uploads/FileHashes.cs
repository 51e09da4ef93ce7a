using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Parley.Server.Protocols.Uploads;

/// <summary>MD5 and SHA-256 of a file that grows: computed while it does, as far as this process sees it grow from its start. Not safe for concurrent use.</summary>
internal sealed class FileHashes : IDisposable
{
    private const int CopyBuffer = 256 << 10;

    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _hashed;
    private (string Md5, string Sha256)? _whole;

    /// <summary>Bytes were written at a position. Counted in when they follow what was counted before.</summary>
    public void Append(long at, ReadOnlySpan<byte> bytes)
    {
        if (at != _hashed)
            return;
        _md5.AppendData(bytes);
        _sha256.AppendData(bytes);
        _hashed += bytes.Length;
    }

    /// <summary>The file was cut; what was counted behind the cut is wrong, and with it the rest.</summary>
    public void ForgetBehind(long length)
    {
        if (_hashed <= length)
            return;
        _ = _md5.GetHashAndReset();
        _ = _sha256.GetHashAndReset();
        _hashed = 0;
    }

    /// <summary>The hashes, as lower-case hexadecimal digits; reads what was not counted in.</summary>
    /// <exception cref="IOException">The file cannot be read, or is too short.</exception>
    public async Task<(string Md5, string Sha256)> CompleteAsync(string path, long length, CancellationToken cancellationToken)
    {
        if (_whole is { } known)
            return known;
        using SafeFileHandle file = File.OpenHandle(path, options: FileOptions.Asynchronous | FileOptions.SequentialScan);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBuffer);
        try
        {
            while (_hashed < length)
            {
                int read = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - _hashed)), _hashed, cancellationToken);
                if (read == 0)
                    throw new EndOfStreamException("A file of an upload is shorter than it was. Look at the disk of server.temp_dir.");
                Append(_hashed, buffer.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        (string, string) whole = (Convert.ToHexStringLower(_md5.GetHashAndReset()), Convert.ToHexStringLower(_sha256.GetHashAndReset()));
        _whole = whole;
        return whole;
    }

    public void Dispose()
    {
        _md5.Dispose();
        _sha256.Dispose();
    }
}
