namespace Parley.Audio;

/// <summary>What is wrong with a recording.</summary>
public enum AudioFault
{
    /// <summary>The file does not exist or cannot be opened.</summary>
    NotFound,

    /// <summary>The file holds no bytes, or no samples.</summary>
    Empty,

    /// <summary>The bytes are no audio or video that we know.</summary>
    NotMedia,

    /// <summary>A video or container without an audio stream.</summary>
    NoAudioStream,

    /// <summary>The recording ends before its own header says it does, or a part cannot be decoded.</summary>
    Damaged,

    /// <summary>Longer than the limit that the caller set.</summary>
    TooLong,

    /// <summary>A playlist, or a file that wants to read other files or addresses: refused.</summary>
    Forbidden,

    /// <summary>ffmpeg is needed for this format and is not installed.</summary>
    DecoderMissing,
}

/// <summary>A recording cannot be read; the caller can do something about it. The message says what.</summary>
public sealed class AudioDecodeException(AudioFault fault, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>What is wrong.</summary>
    public AudioFault Fault { get; } = fault;
}
