using System.Text;
using Parley.Asr;
using Parley.Speakers;

namespace Parley.Server.Jobs;

/// <summary>What the client wants to read.</summary>
internal enum ResultFormat
{
    Json,
    Srt,
}

/// <summary>What is asked about a recording. The format is no part of what is computed.</summary>
internal sealed record JobOptions
{
    public ResultFormat Format { get; init; } = ResultFormat.Json;

    /// <summary>False takes labels away on output; the speakers are found all the same, so that the result serves everyone.</summary>
    public bool Diarize { get; init; } = true;

    public SpeakerCount Speakers { get; init; } = SpeakerCount.Unknown;

    /// <summary>
    /// Identity of reference voices whose speakers are to be named; null: there are none. The voices lie beside the recording
    /// (<see cref="Workers.VoiceSamples.PathFor"/>), and whoever takes over the recording takes them over, too.
    /// </summary>
    public string? Voices { get; init; }

    /// <summary>The language as the client names it. Echoed; becomes a wish where the models can be told a language (<see cref="LanguageWish"/>).</summary>
    public string? Language { get; init; }

    /// <summary>What is wished of the words.</summary>
    public RecognitionWish Recognition { get; init; } = RecognitionWish.None;

    /// <summary>Name of the models that shall recognise it; null: those of the server.</summary>
    public string? Bundle { get; init; }

    /// <summary>The cache is not read; the new result replaces the cached one.</summary>
    public bool ForceRefresh { get; init; }

    // Fingerprints of requests are made of this text and are kept: what is not wished is not told, so that a request of before stays what it was.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Format = {Format}, Diarize = {Diarize}, Speakers = {Speakers}, Voices = {Voices}, Language = {Language}, ForceRefresh = {ForceRefresh}");
        if (RecognitionKey.Of(this) is { Length: > 0 } recognition)
            text.Append($", Recognition = {recognition}");
        return true;
    }
}

/// <summary>A recording on disk, complete and flushed. Whoever takes it over deletes it.</summary>
/// <param name="Path">Full path; no two jobs share a file.</param>
/// <param name="Md5">Of its bytes, lower-case hexadecimal.</param>
/// <param name="Length">Bytes.</param>
internal sealed record StoredAudio(string Path, string Md5, long Length)
{
    /// <summary>Of its bytes, lower-case hexadecimal, by whoever saw them pass; null: the queue reads the file once more.</summary>
    public string? Sha256 { get; init; }
}

/// <summary>Who sent a job.</summary>
/// <param name="Key">What fairness counts by: the user when authentication is on, else the address.</param>
/// <param name="User">Subject of the token; null without authentication. A job with a user is that user's alone.</param>
internal sealed record JobClient(string Key, string? User);

/// <summary>A job that its client has handed over completely.</summary>
internal sealed record JobSubmission
{
    public required Guid Id { get; init; }

    /// <summary>As the client calls it; never used as a path.</summary>
    public required string FileName { get; init; }

    public required StoredAudio Audio { get; init; }

    public required JobOptions Options { get; init; }

    public required JobClient Client { get; init; }

    /// <summary>Higher runs earlier; 0 unless asked for.</summary>
    public int Priority { get; init; }

    /// <summary>Address that is told how it ends, checked; null for none.</summary>
    public string? WebhookUrl { get; init; }

    /// <summary>The recording stays when the job has ended, for people who want to listen: until the job is deleted or evicted, or <c>server.keep_recordings_hours</c> have passed.</summary>
    public bool KeepRecording { get; init; }

    /// <summary>The job whose recording this one groups by speakers anew; null when it brings its own.</summary>
    public Guid? DerivedFrom { get; init; }

    /// <summary>What the client calls this request, so that it may repeat it; null when it does not.</summary>
    public RequestKey? RequestKey { get; init; }
}

/// <summary>A name that a client gives a request: the same request under the same name is done once.</summary>
/// <param name="Text">The name.</param>
/// <param name="Fingerprint">What tells the request from others: a hash of all that it asks for.</param>
internal sealed record RequestKey(string Text, string Fingerprint)
{
    /// <summary>How long a name counts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Among whose names this one counts.</summary>
    public static string OwnerOf(JobClient client) => client.User ?? "";
}
