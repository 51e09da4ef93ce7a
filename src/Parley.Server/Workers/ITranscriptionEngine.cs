using Parley.Asr;
using Parley.Speakers;
using Parley.Transcripts;

namespace Parley.Server.Workers;

/// <summary>Where recordings become transcripts: a pool of worker processes, or one pipeline in this process. Safe for concurrent calls.</summary>
internal interface ITranscriptionEngine : IAsyncDisposable
{
    /// <summary>Jobs that can run at once. A call of <see cref="RunAsync"/> beyond that waits for a free slot.</summary>
    int Slots { get; }

    /// <summary>Whether at least one slot can take a job; false while models load.</summary>
    bool IsReady { get; }

    /// <summary>What all slots are doing.</summary>
    IReadOnlyList<WorkerStatus> Workers { get; }

    /// <summary>
    /// Identity of a bundle's models as they are now, the same in every process that loads the same files with the same settings: part of the key of every
    /// cached result.
    /// </summary>
    /// <param name="bundle">As <see cref="WorkOrder.Bundle"/>.</param>
    string IdentityOf(string? bundle);

    /// <summary>Whether a bundle's recogniser can be told which language is spoken.</summary>
    /// <param name="bundle">As <see cref="WorkOrder.Bundle"/>.</param>
    bool TakesLanguage(string? bundle) => false;

    /// <summary>Begins to start the slots and returns; <see cref="IsReady"/> tells when the first is there. A slot that cannot start is tried again with growing pauses.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Makes a transcript.</summary>
    /// <param name="order">What to do.</param>
    /// <param name="progress">Told when the job starts on a slot, and then from time to time.</param>
    /// <param name="cancellationToken">Stops the job: when it does not stop by itself within a moment, its worker is killed and replaced.</param>
    /// <exception cref="Audio.AudioDecodeException">The recording cannot be read.</exception>
    /// <exception cref="Inference.InferenceException">A model run failed.</exception>
    /// <exception cref="Models.ModelFileException">The models cannot be loaded.</exception>
    /// <exception cref="WorkerLostException">The worker died, hung or grew beyond its memory; it is being replaced.</exception>
    Task<Transcript> RunAsync(WorkOrder order, IProgress<WorkProgress> progress, CancellationToken cancellationToken);

    /// <summary>New jobs run with these devices; running ones end as they began.</summary>
    Task SwitchDevicesAsync(Inference.Devices.DeviceOptions devices, CancellationToken cancellationToken);
}

/// <summary>One recording to be transcribed.</summary>
internal sealed record WorkOrder
{
    public required Guid JobId { get; init; }

    /// <summary>Full path of the recording.</summary>
    public required string AudioPath { get; init; }

    /// <summary>What messages call the recording.</summary>
    public required string FileName { get; init; }

    public SpeakerCount Speakers { get; init; } = SpeakerCount.Unknown;

    /// <summary>What is wished of the words.</summary>
    public RecognitionWish Recognition { get; init; } = RecognitionWish.None;

    /// <summary>Name of the models that shall recognise it; null: those of the server.</summary>
    public string? Bundle { get; init; }

    /// <summary>Full path of reference voices (see <see cref="VoiceSamples"/>) whose speakers are to be named; null: there are none.</summary>
    public string? VoicesPath { get; init; }

    /// <summary>Full path of what recognition and embedding once found; null: there is none. With it only voices are grouped anew and the audio is not read.</summary>
    public string? AnalysisPath { get; init; }

    /// <summary>Full path to which recognition and embeddings are written for later orders; null: nowhere.</summary>
    public string? SaveAnalysisTo { get; init; }
}

/// <summary>How far a job has come.</summary>
/// <param name="Worker">Number of the worker.</param>
/// <param name="Done">Audio that recognition has seen.</param>
/// <param name="Total">Length of the recording; null when unknown.</param>
internal readonly record struct WorkProgress(int Worker, TimeSpan Done, TimeSpan? Total)
{
    /// <summary>Sentences that have been settled since the last report, in order and without speakers: what follows does not change them. Null or empty: none.</summary>
    public IReadOnlyList<TranscriptSentence>? Settled { get; init; }

    /// <summary>Identity of the models that work on it; told when it starts, null later.</summary>
    public string? Model { get; init; }
}

/// <summary>One slot.</summary>
internal sealed record WorkerStatus
{
    public required int Number { get; init; }

    /// <summary>starting, idle, busy, asleep, stopping or broken.</summary>
    public required string State { get; init; }

    /// <summary>Names of the bundles whose models are loaded: one, but in the server's own process several.</summary>
    public IReadOnlyList<string> Bundles { get; init; } = [];

    /// <summary>Null in the server's own process.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Devices by stage, such as <c>asr cpu</c>, and how they were chosen; empty while it starts.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>Version of ONNX Runtime; null while it starts.</summary>
    public string? OnnxRuntime { get; init; }

    public Guid? JobId { get; init; }

    public int JobsDone { get; init; }

    public int Restarts { get; init; }

    public long MemoryBytes { get; init; }

    /// <summary>Seconds from the start of the process until it was ready; 0 while it starts.</summary>
    public double StartSeconds { get; init; }

    /// <summary>Why it is broken; null when it is not.</summary>
    public string? Error { get; init; }
}

/// <summary>Why a worker is gone.</summary>
internal enum WorkerLoss
{
    Crashed,
    Hung,
    OutOfMemory,
    DidNotStart,
}

/// <summary>A worker went away in the middle of a job. The job may be tried again elsewhere.</summary>
internal sealed class WorkerLostException(WorkerLoss loss, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public WorkerLoss Loss { get; } = loss;
}
