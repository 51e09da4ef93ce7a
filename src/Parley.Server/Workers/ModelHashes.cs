using System.Text.Json;
using Microsoft.Extensions.Logging;
using Parley.Models;

namespace Parley.Server.Workers;

/// <summary>
/// Hashes of model files, kept in a file by path, length and time of change, so that gigabytes are read once and not with every start. A file
/// that cannot be read or written costs time, nothing else. Not safe for concurrent use; several processes may share the file.
/// </summary>
internal sealed class ModelHashes(string? cachePath, ILogger logger)
{
    private readonly Dictionary<string, Entry> _entries = Read(cachePath);
    private bool _isChanged;

    /// <summary>SHA-256 of a file, 64 lower-case hexadecimal digits.</summary>
    /// <exception cref="ModelFileException">The file cannot be read.</exception>
    public string Of(ModelFile file, CancellationToken cancellationToken)
    {
        FileInfo info = new(file.Path);
        long ticks = info.Exists ? info.LastWriteTimeUtc.Ticks : 0;
        if (_entries.TryGetValue(file.Path, out Entry? known) && known.Length == file.Length && known.ChangedTicks == ticks && known.Sha256 is { Length: 64 })
            return known.Sha256;
        string hash = file.ComputeSha256(cancellationToken);
        _entries[file.Path] = new Entry(file.Length, ticks, hash);
        _isChanged = true;
        return hash;
    }

    /// <summary>Keeps what was computed.</summary>
    public void Save()
    {
        if (!_isChanged || cachePath is null)
            return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(cachePath)!);
            string temporary = $"{cachePath}.{Guid.NewGuid():N}.tmp";
            File.WriteAllText(temporary, JsonSerializer.Serialize(_entries));
            File.Move(temporary, cachePath, overwrite: true);
            _isChanged = false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            logger.HashesNotKept(cachePath, error.Message);
        }
    }

    private static Dictionary<string, Entry> Read(string? path)
    {
        try
        {
            if (path is not null && File.Exists(path))
                return new(JsonSerializer.Deserialize<Dictionary<string, Entry>>(File.ReadAllText(path)) ?? [], StringComparer.Ordinal);
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return new(StringComparer.Ordinal); // it is written anew
        }

        return new(StringComparer.Ordinal);
    }

    internal sealed record Entry(long Length, long ChangedTicks, string? Sha256);
}
