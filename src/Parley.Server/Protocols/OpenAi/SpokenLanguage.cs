using Parley.Transcripts;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>The language of a transcript by its English name, as <c>verbose_json</c> has it.</summary>
internal static class SpokenLanguage
{
    private const int FirstIdeograph = 0x2E80;

    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["zh"] = "chinese",
        ["en"] = "english",
        ["ja"] = "japanese",
        ["ko"] = "korean",
        ["yue"] = "cantonese",
        ["de"] = "german",
        ["fr"] = "french",
        ["es"] = "spanish",
        ["it"] = "italian",
        ["pt"] = "portuguese",
        ["ru"] = "russian",
    };

    /// <summary>What the client said; else what the recogniser heard in most words; else, where it tells nothing but words, what most are written in.</summary>
    public static string Of(Transcript transcript, string? asked)
    {
        string? heard = transcript.Sentences.Where(sentence => sentence.Tags?.Language is not null)
            .GroupBy(sentence => sentence.Tags!.Language!, StringComparer.Ordinal)
            .MaxBy(language => language.Sum(sentence => sentence.Words.Count))?.Key;
        if ((asked ?? heard) is { } code)
            return Names.GetValueOrDefault(code.Split('-')[0], code.ToLowerInvariant());
        int words = 0, ideographs = 0;
        foreach (TranscriptSentence sentence in transcript.Sentences)
        {
            words += sentence.Words.Count;
            ideographs += sentence.Words.Count(word => word.Text.Length > 0 && word.Text[0] >= FirstIdeograph);
        }

        return 2 * ideographs >= words && words > 0 ? "chinese" : "english";
    }
}
