using Parley.Audio;
using Parley.Cli.Terminals;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Transcripts;

namespace Parley.Cli.Devices;

/// <summary>A pipeline that runs on one device and on no other.</summary>
internal sealed class DevicePipeline : IDisposable
{
    private readonly TranscriptionPipeline _pipeline;
    private readonly TranscriptionRequest _request;
    private readonly LineProgress _progress;
    private readonly string _device;

    /// <summary>Loads the models.</summary>
    /// <param name="bundle">The models.</param>
    /// <param name="device">Name of the device.</param>
    /// <param name="threads">Threads of the CPU; null lets the program choose.</param>
    /// <param name="useOptimized">Whether the CPU may run rewritten networks.</param>
    /// <param name="tell">Told how far a recording has come when it takes longer than two seconds.</param>
    public DevicePipeline(ModelBundle bundle, string device, int? threads, bool useOptimized, Action<string> tell)
    {
        bool diarize = bundle.Speakers is not null;
        DeviceManager devices = new(new DeviceOptions { Device = device, FallbackOnError = false });
        _device = device;
        _progress = new LineProgress(tell, TimeProvider.System, SlowStep.Patience);
        _request = new TranscriptionRequest { Diarize = diarize };
        _pipeline = TranscriptionPipeline.Load(bundle, new PipelineOptions
        {
            Diarize = diarize,
            Inference = new InferenceOptions { Threads = threads, Devices = devices, UseOptimized = useOptimized },
        });
        Hardware = devices.Select().Device.Description;
    }

    /// <summary>What the device's maker calls it.</summary>
    public string Hardware { get; }

    /// <summary>Time that loading the models took.</summary>
    public TimeSpan LoadTime => _pipeline.LoadTime;

    public Task<Transcript> TranscribeAsync(string path, CancellationToken cancellationToken)
        => _progress.TrackAsync($"{_device}: {Path.GetFileName(path)}", progress => Task.Run(
            async () =>
            {
                using AudioSource audio = AudioFile.Open(path, new AudioOptions(), cancellationToken);
                return await _pipeline.TranscribeAsync(audio, _request, progress, cancellationToken);
            },
            cancellationToken));

    public void Dispose() => _pipeline.Dispose();
}
