using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Models.Onnx;

namespace Parley.Inference.Optimized;

/// <summary>
/// Networks as ONNX Runtime holds them once it has loaded them: the graph that its optimiser made, and weights in the order in which its kernels read
/// them, in a file that is mapped into memory. They load several times as fast, and processes that map the same file share its pages. Results are the same
/// to the bit. Kept beside the rewritten networks (<see cref="OptimizedModels"/>). Safe for concurrent use, by several processes too.
/// </summary>
internal static class MappedModels
{
    /// <summary>Smaller networks load in no time and weigh nothing.</summary>
    public const long SmallestBytes = 8 << 20;

    private const int Version = 1, NameDigits = 16;
    private const string Extension = ".mapped", NetworkName = "network.onnx", WeightsName = "weights.bin", ManifestName = "mapped.json";

    /// <summary>Smaller tensors stay in the graph.</summary>
    private const string SmallestTensorBytes = "1024";

    /// <summary>The mapped form of a network; null when there is none.</summary>
    /// <param name="modelPath">The bundle's file: it says where to look.</param>
    /// <param name="source">What was mapped: that file, or the one rewritten from it.</param>
    public static string? FileFor(string modelPath, string source)
        => Locate(modelPath, source) is ({ Refusal: null } manifest, { } folder)
            && SizeOf(folder, NetworkName) == manifest.NetworkBytes && SizeOf(folder, WeightsName) == manifest.WeightsBytes
            ? Path.Combine(folder, NetworkName) : null;

    /// <summary>Whether it has been tried: <see cref="FileFor"/> finds it, or there is a reason why not.</summary>
    public static bool IsKnown(string modelPath, string source) => Locate(modelPath, source) is not null;

    /// <summary>Writes the mapped form of a network. Takes seconds, and three times the network's size in memory.</summary>
    /// <param name="source">The network.</param>
    /// <param name="folder">A new folder for it.</param>
    /// <param name="cancellationToken">Ends it between steps.</param>
    /// <returns>The file to load.</returns>
    /// <exception cref="ModelFileException">The runtime writes it in a way that is not known here.</exception>
    /// <exception cref="InferenceException">The runtime cannot load it, or cannot write it so.</exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    public static string Write(string source, string folder, CancellationToken cancellationToken)
    {
        string asWritten = Directory.CreateDirectory(Path.Combine(folder, "as-written")).FullName;
        string network = Path.Combine(folder, NetworkName), weights = Path.Combine(folder, WeightsName);
        WrittenNetwork.WriteAsLoaded(source, Path.Combine(asWritten, NetworkName),
        [
            ("session.optimized_model_external_initializers_file_name", WeightsName),
            ("session.optimized_model_external_initializers_min_size_in_bytes", SmallestTensorBytes),
            ("session.save_external_prepacked_constant_initializers", "1"),
        ]);
        if (!File.Exists(Path.Combine(asWritten, WeightsName)))
            throw new ModelFileException(source, $"{source} has no weights that could be mapped.");
        AlignedWeights.Write(Path.Combine(asWritten, NetworkName), Path.Combine(asWritten, WeightsName), network, weights, cancellationToken);
        Directory.Delete(asWritten, recursive: true);
        foreach (string file in (string[])[network, weights])
        {
            using FileStream flushed = new(file, FileMode.Open, FileAccess.ReadWrite);
            flushed.Flush(flushToDisk: true);
        }

        return network;
    }

    /// <summary>Keeps what <see cref="Write"/> wrote, or why it is of no use, and deletes what older versions left.</summary>
    /// <param name="modelPath">The bundle's file.</param>
    /// <param name="source">What was mapped.</param>
    /// <param name="folder">From <see cref="Write"/>, in the folder where it is to stay; moved.</param>
    /// <param name="refusal">Why it is of no use; null when it is.</param>
    public static void Keep(string modelPath, string source, string folder, string? refusal)
    {
        string kept = Path.Combine(Path.GetDirectoryName(folder)!, NameOf(source));
        if (refusal is not null)
        {
            File.Delete(Path.Combine(folder, NetworkName));
            File.Delete(Path.Combine(folder, WeightsName));
        }

        MappedManifest manifest = new()
        {
            Processor = ProcessorTraits.Identity,
            NetworkBytes = SizeOf(folder, NetworkName),
            WeightsBytes = SizeOf(folder, WeightsName),
            Refusal = refusal,
        };
        File.WriteAllBytes(Path.Combine(folder, ManifestName), manifest.ToJson());
        if (Directory.Exists(kept))
            Directory.Delete(kept, recursive: true);
        Directory.Move(folder, kept);
        DeleteOutdated(modelPath, kept);
    }

    // What was made of an older original, or by an older runtime, on this processor. Other processors may share the folder.
    private static void DeleteOutdated(string modelPath, string keep)
    {
        foreach (string folder in Directory.GetDirectories(Path.GetDirectoryName(keep)!, $"{Path.GetFileNameWithoutExtension(modelPath)}-*{Extension}"))
        {
            if (string.Equals(folder, keep, StringComparison.Ordinal) || MappedManifest.Load(Path.Combine(folder, ManifestName)) is not { } old
                || !string.Equals(old.Processor, ProcessorTraits.Identity, StringComparison.Ordinal))
                continue;
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Another process maps it, where that keeps files. Its name says that it is outdated, so nobody takes it again.
            }
        }
    }

    private static (MappedManifest Manifest, string Folder)? Locate(string modelPath, string source)
    {
        if (!File.Exists(source))
            return null;
        string name = NameOf(source);
        foreach (string folder in OptimizedModels.Folders(modelPath).Select(folder => Path.Combine(folder, name)))
        {
            if (MappedManifest.Load(Path.Combine(folder, ManifestName)) is { } manifest)
                return (manifest, folder);
        }

        return null;
    }

    // Everything that a mapped network depends on.
    private static string NameOf(string source)
    {
        FileInfo file = new(source);
        string key = string.Create(CultureInfo.InvariantCulture,
            $"{Version}\n{DeviceManager.RuntimeVersion}\n{ProcessorTraits.Identity}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}");
        return $"{Path.GetFileNameWithoutExtension(source)}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..NameDigits]}{Extension}";
    }

    private static long SizeOf(string folder, string name) => new FileInfo(Path.Combine(folder, name)) is { Exists: true } file ? file.Length : 0;
}
