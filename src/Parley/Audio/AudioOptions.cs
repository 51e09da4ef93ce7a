namespace Parley.Audio;

/// <summary>How recordings are read.</summary>
/// <remarks>A new setting needs: a property here, its use in <see cref="AudioFile"/>, a test in both states, a line in the room's README.</remarks>
public sealed record AudioOptions
{
    /// <summary>Environment variable that names the ffmpeg program.</summary>
    public const string FfmpegVariable = "PARLEY_FFMPEG";

    /// <summary>Longest recording that is accepted; longer ones fail with <see cref="AudioFault.TooLong"/>, at once where the header states the length.</summary>
    /// <value>Null: no limit.</value>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>The ffmpeg program, as a path or a name to be found in PATH.</summary>
    /// <value>Null: the variable PARLEY_FFMPEG, else <c>ffmpeg</c> in PATH.</value>
    public string? FfmpegPath { get; init; }
}
