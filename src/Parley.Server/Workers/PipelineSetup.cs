using Parley.Asr;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Server.Configuration;

namespace Parley.Server.Workers;

/// <summary>What makes a pipeline: which models, how, and where. The same in the server's process and in a worker's.</summary>
internal sealed record PipelineSetup
{
    /// <summary>A bundle's directory or name.</summary>
    public required string Bundle { get; init; }

    /// <summary>Folder in which names of bundles are looked for first; null for none.</summary>
    public string? ModelDir { get; init; }

    /// <summary>Directories that take the places of the bundle's own.</summary>
    public IReadOnlyDictionary<ModelStage, string> StageDirectories { get; init; } = ModelBundleOptions.NoStages;

    public bool Quantized { get; init; }

    /// <summary>Whether rewritten networks may run.</summary>
    public bool Optimize { get; init; } = true;

    /// <summary>Seconds of audio in one call of the recogniser.</summary>
    public required double BatchSeconds { get; init; }

    /// <summary>Threads of the pipeline; null shares the cores out among <see cref="Pipelines"/>.</summary>
    public int? Threads { get; init; }

    public DeviceOptions Devices { get; init; } = new();

    /// <summary>Which of the pipelines on this machine it is, from 1.</summary>
    public int Number { get; init; } = 1;

    /// <summary>Pipelines on this machine, which share its cores and devices.</summary>
    public int Pipelines { get; init; } = 1;

    /// <summary>Batches that the recogniser holds in memory at once.</summary>
    public int RecognitionLanes => CpuBudget.RecognitionLanes(Threads ?? ShareOfCores());

    public static PipelineSetup For(ModelOptions options, int pipelines) => new()
    {
        Bundle = options.Bundle,
        ModelDir = options.ModelDir,
        StageDirectories = options.StageDirectories,
        Quantized = options.Quantized,
        Optimize = options.Optimize,
        BatchSeconds = options.BatchSizeS,
        Threads = options.Ncpu,
        Devices = options.Devices,
        Pipelines = pipelines,
    };

    /// <summary>Reads and checks the bundle's files; loads no network.</summary>
    /// <exception cref="ModelFileException">The bundle is missing, incomplete or damaged.</exception>
    public ModelBundle LoadBundle()
        => ModelBundle.Load(Bundle, new ModelBundleOptions { PreferQuantized = Quantized, SearchFolders = ModelDir is null ? [] : [ModelDir], StageDirectories = StageDirectories });

    /// <summary>Options of the pipeline; null for the devices gives those that decide about the text, and nothing about this machine.</summary>
    public PipelineOptions Options(DeviceManager? devices) => new()
    {
        Batch = new BatchOptions { MaxBatchSeconds = BatchSeconds },
        Inference = devices is null ? new InferenceOptions() : new InferenceOptions { Threads = Threads ?? ShareOfCores(), Devices = devices, UseOptimized = Optimize },
    };

    private int ShareOfCores() => Math.Max(1, CpuBudget.Current.Threads / Pipelines);
}
