using System.Collections.Concurrent;
using Parley.Models;

namespace Parley.Inference.Devices;

/// <summary>SHA-256 of model files, computed once for each state of a file: large models take seconds.</summary>
internal static class ModelHash
{
    private static readonly ConcurrentDictionary<(string Path, long Length, DateTime Written), string> Known = new();

    public static string Of(string path)
    {
        FileInfo file = new(path);
        return Known.GetOrAdd((file.FullName, file.Length, file.LastWriteTimeUtc), _ => ModelFile.Of(path).ComputeSha256(CancellationToken.None));
    }
}
