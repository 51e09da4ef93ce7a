using Parley.Server.Jobs;
using Parley.Transcripts;

namespace Parley.Server.Tests.Protocols;

/// <summary>Results to be rendered.</summary>
internal static class TestTranscripts
{
    public const string Md5 = "0f343b0931126a20f133d67c2b018a3b";

    /// <summary>Two speakers, three sentences; the first two belong together.</summary>
    public static Transcript Interview { get; } = new()
    {
        Sentences =
        [
            new TranscriptSentence("你好，", 110, 1130, "Speaker1", []),
            new TranscriptSentence("我们开始吧。", 1130, 3000, "Speaker1", []),
            new TranscriptSentence("好的 😀。", 3400, 5120, "Speaker2", []),
        ],
        Speakers = ["Speaker1", "Speaker2"],
        Turns = [],
        Duration = TimeSpan.FromSeconds(12.48),
        Receipt = new Receipt { Stages = [], WallSeconds = 1, Rtf = 0.1, Bundle = "demo", Notices = [] },
    };

    public static JobResult Result(Guid id, JobOptions? options = null, Transcript? transcript = null) => new(
        id, "interview.wav", Md5, options ?? new JobOptions(), transcript ?? Interview, new DateTimeOffset(2025, 10, 11, 9, 31, 8, TimeSpan.Zero), 1.42);

    /// <summary>A transcript whose JSON has about so many bytes.</summary>
    public static Transcript OfSize(int bytes)
    {
        string sentence = new('字', 300);
        return Interview with
        {
            Sentences = [.. Enumerable.Range(0, bytes / 900).Select(i => new TranscriptSentence(sentence, i * 10_000, (i * 10_000) + 1000, "Speaker1", []))],
        };
    }
}
