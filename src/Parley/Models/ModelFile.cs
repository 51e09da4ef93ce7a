using System.Security.Cryptography;

namespace Parley.Models;

/// <summary>A file of a bundle.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Length">Bytes.</param>
public sealed record ModelFile(string Path, long Length)
{
    /// <summary>Describes a file that exists.</summary>
    internal static ModelFile Of(string path) => new(path, new FileInfo(path).Length);

    /// <summary>Reads the whole file and hashes it: SHA-256, 64 lower-case hexadecimal digits.</summary>
    /// <exception cref="ModelFileException">The file cannot be read any more.</exception>
    public string ComputeSha256(CancellationToken cancellationToken)
    {
        try
        {
            using FileStream stream = File.OpenRead(Path);
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] block = new byte[1 << 20];
            int read;
            while ((read = stream.Read(block)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(block, 0, read);
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(Path, $"Cannot read {Path}: {error.Message}", error);
        }
    }
}
