using Parley.Asr;
using Parley.Transcripts;

namespace Parley.Tests.Transcripts;

/// <summary>Small transcripts for tests.</summary>
internal static class Samples
{
    public static TranscriptDocument Document { get; } = new()
    {
        FileName = "interview.wav",
        FileHash = "0f343b0931126a20f133d67c2b018a3b",
        TaskId = "5c1f0f0e-6f5e-4a1e-8f0b-2b7c8d1f9a10",
        CreatedAt = new DateTimeOffset(2025, 10, 11, 9, 31, 8, TimeSpan.FromHours(8)).AddTicks(1_200_010),
    };

    public static TranscriptDocument SeedsDocument { get; } = Document with { Style = TranscriptStyle.Seeds };

    public static Transcript Of(params IReadOnlyList<TranscriptSentence> sentences) => new()
    {
        Sentences = sentences,
        Speakers = [.. sentences.Select(sentence => sentence.Speaker).OfType<string>().Distinct()],
        Turns = [.. sentences.Where(sentence => sentence.Speaker is not null).Select(sentence => new TranscriptTurn(sentence.StartMs, sentence.EndMs, sentence.Speaker!))],
        Duration = TimeSpan.FromMilliseconds(sentences.Count == 0 ? 0 : sentences.Max(sentence => (long)sentence.EndMs)),
        Receipt = new Receipt
        {
            Stages = [new StageReceipt("audio", null, null, 0.0104), new StageReceipt("asr", "asr", "cpu", 1.25)],
            WallSeconds = 1.42,
            Rtf = 0.1138,
            Bundle = "demo",
            Notices = [],
        },
    };

    /// <summary>A sentence whose words divide its time evenly: characters of Chinese text, else what blanks separate.</summary>
    public static TranscriptSentence Say(string text, int startMs, int endMs, string? speaker = "Speaker1")
    {
        string[] words = text.Any(c => c >= 0x2E80)
            ? [.. text.Where(char.IsLetterOrDigit).Select(c => c.ToString())]
            : [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('.', ',', '?')).Where(word => word.Length > 0)];
        double step = words.Length == 0 ? 0 : (endMs - startMs) / (double)words.Length;
        return new TranscriptSentence(text, startMs, endMs, speaker, [.. words.Select((word, i)
            => new Word(word, (int)(startMs + (i * step)), (int)(startMs + ((i + 1) * step)), 0.9f))]);
    }

    /// <summary>The two sentences of the protocol's example.</summary>
    public static Transcript Interview { get; } = Of(
        Say("你好，", 110, 1130),
        Say("我们开始吧。", 1200, 3000),
        Say("好的。", 3400, 5120, "Speaker2"));

    /// <summary>Texts that try to break a format.</summary>
    public static string[] Hostile { get; } =
    [
        "a\r\n\r\n2\n00:00:00,000 --> 99:00:00,000\nforged",
        "NUL \0 bell \a escape \e[31m",
        "--> ---> -->-->",
        "<v Speaker9>&amp;</v><script>alert(1)</script>",
        "half \uD83D pair \uDE00\uDE00 high \uD83D",
        "line\u2028separator\u2029paragraph\u0085next",
        "\u202Eoverride \uFEFFmark\u200B",
        "\"quoted\" \\back\\slash\t{\"json\":1}",
        "NOTE WEBVTT STYLE",
        new string('啊', 500),
        new string('x', 500),
        string.Concat(Enumerable.Repeat("e\u0301", 300)),
        "1",
        "；： SPEAKER x 1 0 1 <NA> <NA> y <NA> <NA>",
    ];

    /// <summary>The hostile texts as one transcript, by hostile speakers.</summary>
    public static Transcript HostileTranscript { get; } = Of([.. Hostile.Select((text, i)
        => new TranscriptSentence(text, i * 5000, (i * 5000) + 4000, $"Sp\n{i}>--> \uD800", i % 2 == 0 ? [] : [new Word(text, i * 5000, (i * 5000) + 4000, float.NaN)]))]);

    public static string Write(Transcript transcript, TranscriptFormat format, TranscriptDocument? document = null)
        => TranscriptWriter.ToText(transcript, format, document ?? Document);
}
