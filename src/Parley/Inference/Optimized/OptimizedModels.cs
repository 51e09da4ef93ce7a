using System.Security.Cryptography;
using System.Text;
using Parley.Inference.Devices;

namespace Parley.Inference.Optimized;

/// <summary>
/// Where rewritten networks and the verdicts about them lie: in a folder <c>.parley</c> beside the original, or below the user's local application data
/// where that folder cannot be written. Readers see a whole file or none. Safe for concurrent use, by several processes too.
/// </summary>
public static class OptimizedModels
{
    /// <summary>Variable with the folder for models whose own folder cannot be written.</summary>
    public const string FolderVariable = "PARLEY_OPTIMIZED_MODELS";

    private const string FolderName = ".parley", VerdictExtension = ".json", LockExtension = ".lock";
    private const int NameDigits = 16;

    /// <summary>The verdict about a network as it is now, on this machine; null when it was not tried.</summary>
    public static OptimizationVerdict? Find(string modelPath) => Locate(modelPath)?.Verdict;

    /// <summary>The rewritten network to use in place of a network; null when there is none.</summary>
    public static string? FileFor(string modelPath)
    {
        if (Locate(modelPath) is not ({ File: { } name } verdict, { } folder) || !string.Equals(name, Path.GetFileName(name), StringComparison.Ordinal))
            return null;
        FileInfo file = new(Path.Combine(folder, name));
        return file.Exists && file.Length == verdict.FileBytes ? file.FullName : null;
    }

    /// <summary>The first folder that can be written; null when none can.</summary>
    internal static string? WritableFolder(string modelPath)
    {
        foreach (string folder in Folders(modelPath))
        {
            try
            {
                Directory.CreateDirectory(folder);
                string probe = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
                File.WriteAllBytes(probe, []);
                File.Delete(probe);
                return folder;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The next one, then.
            }
        }

        return null;
    }

    /// <summary>Keeps two processes from rewriting the same network at once.</summary>
    /// <returns>Null when another process does it.</returns>
    internal static ProfileLock? TryLock(string folder, string modelPath) => ProfileLock.TryTake(Path.Combine(folder, Path.GetFileName(modelPath)), LockExtension);

    /// <summary>Name of the rewritten file of a network: by its contents, the rewriter's version, the runtime and the processor.</summary>
    internal static string NameOf(string modelPath, string sha256)
    {
        string key = $"{sha256}\n{OptimizationVerdict.CurrentVersion}\n{DeviceManager.RuntimeVersion}\n{ProcessorTraits.Identity}";
        return $"{Path.GetFileNameWithoutExtension(modelPath)}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..NameDigits]}.onnx";
    }

    /// <summary>Where to look, the best place first.</summary>
    internal static IEnumerable<string> Folders(string modelPath)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        yield return Path.Combine(directory, FolderName);
        string own = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory)))[..NameDigits];
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } set)
            yield return Path.Combine(Path.GetFullPath(set), own);
        else if (Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) is { Length: > 0 } data)
            yield return Path.Combine(data, "parley", "optimized", own);
    }

    /// <summary>Keeps a verdict, and the rewritten network if it was accepted.</summary>
    /// <param name="folder">From <see cref="WritableFolder"/>.</param>
    /// <param name="modelPath">The original.</param>
    /// <param name="verdict">The verdict; with the name of the file when it was accepted.</param>
    /// <param name="rewritten">The rewritten network, in the same folder; moved to its place. Null when it was refused.</param>
    internal static void Save(string folder, string modelPath, OptimizationVerdict verdict, string? rewritten)
    {
        string name = NameOf(modelPath, verdict.ModelSha256), file = Path.Combine(folder, name), record = Path.ChangeExtension(file, VerdictExtension);
        string temporary = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
        try
        {
            File.WriteAllBytes(temporary, verdict.ToJson());
            if (rewritten is not null)
                File.Move(rewritten, file, overwrite: true);
            File.Move(temporary, record, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }

        DeleteOutdated(folder, modelPath, record);
    }

    // What an older original, rewriter or runtime left behind on this processor. Other processors may share the folder.
    private static void DeleteOutdated(string folder, string modelPath, string keep)
    {
        foreach (string record in Records(folder, modelPath).Where(record => !string.Equals(record, keep, StringComparison.Ordinal)))
        {
            if (OptimizationVerdict.Load(record) is { } old && !string.Equals(old.Processor, ProcessorTraits.Identity, StringComparison.Ordinal))
                continue;
            try
            {
                File.Delete(record);
                File.Delete(Path.ChangeExtension(record, ".onnx"));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Another process runs it. Without its verdict it is not taken again.
            }
        }
    }

    private static (OptimizationVerdict Verdict, string Folder)? Locate(string modelPath)
    {
        FileInfo model = new(modelPath);
        if (!model.Exists)
            return null;
        foreach (string folder in Folders(modelPath))
        {
            foreach (string record in Records(folder, modelPath))
            {
                if (OptimizationVerdict.Load(record) is { } verdict && verdict.Concerns(model))
                    return (verdict, folder);
            }
        }

        return null;
    }

    private static string[] Records(string folder, string modelPath)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetFiles(folder, $"{Path.GetFileNameWithoutExtension(modelPath)}-{new string('?', NameDigits)}{VerdictExtension}") : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
