using System.Security.Cryptography;

namespace Parley.Server.Jobs;

/// <summary>The server's own name of a recording. The clients' MD5 can be forged: two files with one MD5 are easy to make.</summary>
internal static class ContentHash
{
    private const int BlockBytes = 1 << 20;

    /// <summary>SHA-256 of a file, lower-case hexadecimal. The file was just written, so this reads memory and not the disk.</summary>
    public static async Task<string> Sha256Async(string path, CancellationToken cancellationToken)
    {
        await using FileStream file = new(path, new FileStreamOptions { Access = FileAccess.Read, BufferSize = 0, Options = FileOptions.SequentialScan });
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = new byte[BlockBytes];
        for (int count = await file.ReadAsync(block, cancellationToken); count > 0; count = await file.ReadAsync(block, cancellationToken))
            hash.AppendData(block, 0, count);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
