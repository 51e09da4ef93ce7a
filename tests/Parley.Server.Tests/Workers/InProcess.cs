using System.Text.Json;
using Parley.Audio;
using Parley.Models;
using Parley.Transcripts;

namespace Parley.Server.Tests.Workers;

/// <summary>What the library alone makes of the shipped sample, once for all tests.</summary>
internal static class InProcess
{
    private static readonly Lazy<Task<Transcript>> Sample = new(TranscribeAsync);

    public static Task<Transcript> InterviewAsync() => Sample.Value;

    /// <summary>All of a transcript but what the clock says.</summary>
    public static string Timeless(Transcript transcript) => JsonSerializer.Serialize(transcript with
    {
        Receipt = transcript.Receipt with
        {
            WallSeconds = 0,
            Rtf = 0,
            Stages = [.. transcript.Receipt.Stages.Select(stage => stage with { Seconds = 0 })],
        },
    });

    private static async Task<Transcript> TranscribeAsync()
    {
        using TranscriptionPipeline pipeline = TranscriptionPipeline.Load(ModelBundle.Load(Path.Combine(TestPaths.Root, "models", "demo")));
        using AudioSource audio = AudioFile.Open(TestPaths.Sample("interview.wav"), new AudioOptions(), CancellationToken.None);
        return await pipeline.TranscribeAsync(audio);
    }
}
