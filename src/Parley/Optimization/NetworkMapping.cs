using System.Globalization;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Inference.Optimized;
using Parley.Models;

namespace Parley.Optimization;

/// <summary>Gives a network the form that loads fast and is shared between processes: see <see cref="MappedModels"/>.</summary>
/// <param name="files">Its stage.</param>
/// <param name="samples">A recording with speech, on which results are compared.</param>
/// <param name="tell">Told each step.</param>
internal sealed class NetworkMapping(StageModelFiles files, Lazy<float[]> samples, Action<string> tell)
{
    // What is written: twice, once as the runtime does it; what is in memory meanwhile: the file, its tensors, and those packed.
    private const int SizesOnDisk = 5, SizesInMemory = 4;

    private readonly string _stage = files.Stage.ToString().ToLowerInvariant();

    /// <summary>Whether the network that runs could be mapped and has not been tried.</summary>
    /// <param name="modelPath">The bundle's file.</param>
    /// <param name="smallestBytes">Smaller ones are left alone.</param>
    public static bool IsUntried(string modelPath, long smallestBytes)
        => SourceOf(modelPath) is var source && IsWorthwhile(source, smallestBytes) && !MappedModels.IsKnown(modelPath, source);

    /// <summary>Maps the network that runs: the rewritten one if there is one.</summary>
    /// <param name="smallestBytes">Smaller ones are left alone.</param>
    /// <param name="again">Whether it is done anew where it has been done.</param>
    /// <param name="cancellationToken">Ends it; nothing is left behind.</param>
    /// <returns>How it ended, and why.</returns>
    public MappingOutcome Run(long smallestBytes, bool again, CancellationToken cancellationToken)
    {
        string source = SourceOf(files.ModelPath);
        if (!IsWorthwhile(source, smallestBytes))
            return MappingOutcome.TooSmall;
        if (!again && MappedModels.IsKnown(files.ModelPath, source))
            return MappedModels.FileFor(files.ModelPath, source) is null ? MappingOutcome.Refused : MappingOutcome.Mapped;
        if (OptimizedModels.WritableFolder(files.ModelPath) is not { } folder)
            return MappingOutcome.NotKept;
        using ProfileLock? turn = OptimizedModels.TryLock(folder, files.ModelPath);
        if (turn is null)
            return MappingOutcome.Busy;
        return HasRoom(new FileInfo(source).Length, folder) ? Write(source, folder, cancellationToken) : MappingOutcome.NotKept;
    }

    private bool HasRoom(long bytes, string folder)
    {
        const double BytesOfMega = 1e6;
        GC.Collect(0); // the figures are those of the last collection
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        long freeMemory = memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes, freeDisk = new DriveInfo(folder).AvailableFreeSpace;
        (string What, long Needed, long Free)? lack = freeDisk < SizesOnDisk * bytes ? ("on the disk", SizesOnDisk * bytes, freeDisk)
            : freeMemory < SizesInMemory * bytes ? ("in memory", SizesInMemory * bytes, freeMemory)
            : null;
        if (lack is var (what, needed, free))
            tell(string.Create(CultureInfo.InvariantCulture, $"{_stage}: weights stay as they are, {needed / BytesOfMega:F0} MB {what} are needed to map them and {free / BytesOfMega:F0} MB are free"));
        return lack is null;
    }

    private static string SourceOf(string modelPath) => OptimizedModels.FileFor(modelPath) ?? modelPath;

    private static bool IsWorthwhile(string source, long smallestBytes) => new FileInfo(source) is { Exists: true } file && file.Length >= smallestBytes;

    private MappingOutcome Write(string source, string folder, CancellationToken cancellationToken)
    {
        string prefix = $".{Path.GetFileName(files.ModelPath)}-";
        foreach (string left in Directory.GetDirectories(folder, $"{prefix}*.tmp")) // by a process that was killed
            Directory.Delete(left, recursive: true);
        string temporary = Path.Combine(folder, $"{prefix}{Guid.NewGuid():N}.tmp");
        try
        {
            tell($"{_stage}: writing weights as they are mapped into memory");
            string network = MappedModels.Write(source, temporary, cancellationToken);
            MappedModels.Keep(files.ModelPath, source, temporary, Compare(source, network, cancellationToken));
            return MappedModels.FileFor(files.ModelPath, source) is null ? MappingOutcome.Refused : MappingOutcome.Mapped;
        }
        catch (Exception error) when (error is InferenceException or ModelFileException)
        {
            Directory.Delete(temporary, recursive: true);
            Directory.CreateDirectory(temporary);
            MappedModels.Keep(files.ModelPath, source, temporary, RuntimeMessage.Shorten((error.InnerException ?? error).Message));
            return MappingOutcome.Refused;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return MappingOutcome.NotKept;
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    // The same kernels read the same numbers, so nothing at all may differ.
    private string? Compare(string source, string network, CancellationToken cancellationToken)
    {
        tell($"{_stage}: comparing results");
        using StageProbe probe = StageProbe.For(files, samples.Value);
        ProbeAnswer expected;
        using (ModelSession original = ModelSession.Load(source, new InferenceOptions { Threads = 1, UseOptimized = false }))
            expected = probe.Ask(original, cancellationToken);
        using ModelSession mapped = ModelSession.Load(network, new InferenceOptions { Threads = 1, UseOptimized = false, IsMapped = true });
        return expected.IsSame(probe.Ask(mapped, cancellationToken)) ? null : "results differ";
    }
}
