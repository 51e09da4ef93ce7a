using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Parley.Inference.Devices;
using Parley.Models;

namespace Parley.Server.Workers;

/// <summary>A pipeline that is loaded, warm, and knows its devices. Safe for concurrent use.</summary>
internal sealed class LoadedPipeline : IDisposable
{
    private readonly string _choice;

    private LoadedPipeline(TranscriptionPipeline pipeline, string choice, DeviceFallbacks fallbacks, double seconds)
    {
        Pipeline = pipeline;
        _choice = choice;
        Fallbacks = fallbacks;
        Seconds = seconds;
    }

    public TranscriptionPipeline Pipeline { get; }

    /// <summary>Devices that were replaced by others, at start and since.</summary>
    public DeviceFallbacks Fallbacks { get; }

    /// <summary>Seconds that detection, loading and warming up took.</summary>
    public double Seconds { get; }

    /// <summary>Devices by stage as they are now, and how the first was chosen.</summary>
    public IReadOnlyList<string> Devices => [.. Pipeline.Devices, _choice];

    /// <summary>Looks for devices, loads the models, and runs each once. Blocks for seconds.</summary>
    /// <exception cref="ModelFileException">The models cannot be loaded.</exception>
    /// <exception cref="Inference.InferenceException">No allowed device can run them.</exception>
    public static LoadedPipeline Load(PipelineSetup setup, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        ModelBundle bundle = setup.LoadBundle();
        DeviceFallbacks fallbacks = new(loggers.CreateLogger<DeviceManager>());
        DeviceManager devices = DeviceSpread.Spread(new DeviceManager(setup.Devices, fallbacks), options => new DeviceManager(options, fallbacks), bundle, setup);
        DeviceChoice choice = devices.Select(bundle.Asr.ModelPath);
        cancellationToken.ThrowIfCancellationRequested();
        TranscriptionPipeline pipeline = TranscriptionPipeline.Load(bundle, setup.Options(devices), loggers);
        try
        {
            pipeline.WarmUp(cancellationToken);
            return new LoadedPipeline(pipeline, $"{choice.Device.Name}: {choice.Reason}", fallbacks, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        catch
        {
            pipeline.Dispose();
            throw;
        }
    }

    public void Dispose() => Pipeline.Dispose();
}
