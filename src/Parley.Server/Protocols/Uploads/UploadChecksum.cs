using System.Security.Cryptography;

namespace Parley.Server.Protocols.Uploads;

/// <summary>What a piece of an upload must hash to.</summary>
/// <param name="Algorithm">One of <see cref="Algorithms"/>.</param>
/// <param name="Digest">The hash.</param>
internal sealed record UploadChecksum(string Algorithm, byte[] Digest)
{
    /// <summary>As <c>Tus-Checksum-Algorithm</c> lists them.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = ["sha1", "sha256", "md5"];

    /// <summary>Reads <c>Upload-Checksum</c>: the algorithm, a space, the hash in base64.</summary>
    /// <param name="header">As it came.</param>
    /// <param name="problem">What is wrong, as a sentence; null when nothing is.</param>
    public static UploadChecksum? Read(string header, out string? problem)
    {
        problem = null;
        string[] parts = header.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string algorithm = parts.Length > 0 ? parts[0].ToLowerInvariant() : "";
        byte[] digest = new byte[64];
        if (!Algorithms.Contains(algorithm, StringComparer.Ordinal))
            problem = $"Upload-Checksum must begin with one of {string.Join(", ", Algorithms)}.";
        else if (parts.Length != 2 || !Convert.TryFromBase64String(parts[1], digest, out int length) || length != LengthOf(algorithm))
            problem = $"Upload-Checksum must hold {LengthOf(algorithm)} bytes in base64 behind '{algorithm} '.";
        else
            return new UploadChecksum(algorithm, digest[..length]);
        return null;
    }

    /// <summary>Whether a piece is what it should be.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async Task<bool> MatchesAsync(SpooledPayload piece, CancellationToken cancellationToken) => Algorithm switch
    {
        "md5" => IsDigest(Convert.FromHexString(piece.Md5)),
        "sha256" => IsDigest(Convert.FromHexString(piece.Sha256!)),
        _ => IsDigest(await Sha1Async(piece.Path, cancellationToken)),
    };

    private bool IsDigest(byte[] found) => Digest.AsSpan().SequenceEqual(found);

    private static int LengthOf(string algorithm) => algorithm switch { "md5" => 16, "sha1" => 20, _ => 32 };

    private static async Task<byte[]> Sha1Async(string path, CancellationToken cancellationToken)
    {
        await using FileStream file = new(path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        byte[] block = new byte[128 << 10];
        for (int count = await file.ReadAsync(block, cancellationToken); count > 0; count = await file.ReadAsync(block, cancellationToken))
            hash.AppendData(block, 0, count);
        return hash.GetHashAndReset();
    }
}
