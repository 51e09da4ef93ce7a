using Parley.Asr;
using Parley.Audio;
using Parley.Inference;
using Parley.Models;

namespace Parley.Server.Workers.Wire;

/// <summary>What a failure is on the wire.</summary>
internal enum WorkerFailureKind
{
    Audio,
    Model,
    Inference,

    /// <summary>What is wished of the words cannot be done.</summary>
    Wish,

    /// <summary>The job was cancelled, and has stopped.</summary>
    Cancelled,

    /// <summary>Another job runs, or none can yet.</summary>
    NotIdle,

    /// <summary>The worker's process did not come up.</summary>
    DidNotStart,

    /// <summary>A defect of the program.</summary>
    Unexpected,
}

/// <summary>An exception on its way from one process to another: nothing is guessed from its words.</summary>
internal sealed record WorkerFailure
{
    public required WorkerFailureKind Kind { get; init; }

    public required string Message { get; init; }

    public AudioFault? AudioFault { get; init; }

    public InferenceFault? InferenceFault { get; init; }

    /// <summary>Name or path of the model, or path of the file.</summary>
    public string? Model { get; init; }

    public string? Device { get; init; }

    public static WorkerFailure From(Exception error) => error switch
    {
        AudioDecodeException audio => new() { Kind = WorkerFailureKind.Audio, Message = audio.Message, AudioFault = audio.Fault },
        RecognitionWishException wish => new() { Kind = WorkerFailureKind.Wish, Message = wish.Message },
        ModelFileException model => new() { Kind = WorkerFailureKind.Model, Message = model.Message, Model = model.Path },
        InferenceException inference => new()
        {
            Kind = WorkerFailureKind.Inference,
            Message = inference.Message,
            InferenceFault = inference.Fault,
            Model = inference.Model,
            Device = inference.Device,
        },
        OutOfMemoryException => new() { Kind = WorkerFailureKind.Inference, Message = "The worker's memory ran out.", InferenceFault = Inference.InferenceFault.OutOfMemory },
        OperationCanceledException => new() { Kind = WorkerFailureKind.Cancelled, Message = "Cancelled." },
        WorkerLostException lost => new() { Kind = WorkerFailureKind.DidNotStart, Message = lost.Message },
        _ => new() { Kind = WorkerFailureKind.Unexpected, Message = $"{error.GetType().Name}: {error.Message}" },
    };

    /// <summary>The same exception on this side.</summary>
    public Exception ToException() => Kind switch
    {
        WorkerFailureKind.Audio => new AudioDecodeException(AudioFault ?? Audio.AudioFault.Damaged, Message),
        WorkerFailureKind.Model => new ModelFileException(Model ?? "", Message),
        WorkerFailureKind.Inference => new InferenceException(InferenceFault ?? Inference.InferenceFault.RunFailed, Model ?? "", Device ?? "", Message),
        WorkerFailureKind.Wish => new RecognitionWishException(Message),
        WorkerFailureKind.Cancelled => new OperationCanceledException(Message),
        WorkerFailureKind.DidNotStart => new WorkerLostException(WorkerLoss.DidNotStart, Message),
        _ => new InvalidOperationException($"The worker failed unexpectedly. {Message} Its log has more."),
    };
}
