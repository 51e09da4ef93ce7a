using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Parley.Server.Protocols.Uploads;

/// <summary>Writes a file that comes as it is (part of an HTTP body) to disk, with length, MD5 and SHA-256. Memory: one buffer.</summary>
internal static class BodySpool
{
    private const int BufferBytes = 128 << 10;
    private const long SpaceCheckEvery = 32L << 20;

    /// <summary>Reads a stream to its end, or to what stops it. Whatever becomes of it: the payload tells, and nothing is left behind but its file.</summary>
    /// <param name="body">Where it comes from.</param>
    /// <param name="files">Where it goes.</param>
    /// <param name="limit">Most bytes; beyond them reading stops.</param>
    /// <param name="cancellationToken">The client has gone.</param>
    /// <exception cref="IOException">The stream cannot be read to its end.</exception>
    public static async Task<SpooledPayload> ReadAsync(Stream body, UploadFiles files, long limit, CancellationToken cancellationToken)
    {
        string path = files.NewPath(".body");
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            SpooledPayload payload = await CopyAsync(body, files, path, buffer, limit, cancellationToken);
            if (payload.Fault != SpoolFault.None)
                files.Delete(path);
            return payload;
        }
        catch
        {
            files.Delete(path);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<SpooledPayload> CopyAsync(Stream body, UploadFiles files, string path, byte[] buffer, long limit, CancellationToken cancellationToken)
    {
        using IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        SafeFileHandle? file = null;
        long written = 0, nextSpaceCheck = 0;
        try
        {
            for (int read = await FillAsync(body, buffer, cancellationToken); read > 0 || file is null; read = await FillAsync(body, buffer, cancellationToken))
            {
                if (written + read > limit)
                    return SpooledPayload.Failed(SpoolFault.TooLarge);
                if (written >= nextSpaceCheck)
                {
                    nextSpaceCheck += SpaceCheckEvery;
                    if (!files.HasSpaceFor(read))
                        return SpooledPayload.Failed(SpoolFault.DiskFull);
                }

                md5.AppendData(buffer, 0, read);
                sha256.AppendData(buffer, 0, read);
                try
                {
                    file ??= File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.Asynchronous);
                    await RandomAccess.WriteAsync(file, buffer.AsMemory(0, read), written, cancellationToken);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    files.ReportFailure(error);
                    return SpooledPayload.Failed(SpoolFault.WriteFailed);
                }

                written += read;
            }
        }
        finally
        {
            file?.Dispose();
        }

        return new SpooledPayload(files, path, written, Convert.ToHexStringLower(md5.GetHashAndReset())) { Sha256 = Convert.ToHexStringLower(sha256.GetHashAndReset()) };
    }

    // Parts of a body come in small pieces; the disk is asked once for many of them.
    private static async Task<int> FillAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
        => await body.ReadAtLeastAsync(buffer.AsMemory(0, BufferBytes), BufferBytes, throwOnEndOfStream: false, cancellationToken);
}
