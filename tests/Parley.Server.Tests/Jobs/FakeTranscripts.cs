using Parley.Asr;
using Parley.Transcripts;

namespace Parley.Server.Tests.Jobs;

/// <summary>Small transcripts.</summary>
internal static class FakeTranscripts
{
    public static Transcript Of(string text, double seconds = 12) => new()
    {
        Sentences = [new TranscriptSentence(text, 100, 900, "Speaker1", [new Word(text, 100, 900, 0.9f)])],
        Speakers = ["Speaker1"],
        Turns = [new TranscriptTurn(100, 900, "Speaker1")],
        Duration = TimeSpan.FromSeconds(seconds),
        Receipt = new Receipt { Stages = [new StageReceipt("asr", "model", "cpu", 1.5)], WallSeconds = 2, Rtf = 0.1, Bundle = "fake", Notices = [] },
    };
}
