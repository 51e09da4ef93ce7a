using System.Text.Json;
using Parley.Asr;
using Parley.Transcripts;

namespace Parley.Server.Storage;

/// <summary>A row of the old cache as a transcript of ours. Sentences come from the engine's own output where there is one, else from the merged segments.</summary>
internal static class OldTranscript
{
    private const double LongestSeconds = 7 * 24 * 3600;
    private const int MaxSpeakers = 10_000;

    /// <exception cref="InvalidDataException">The row is broken; the message says how, without what was said.</exception>
    public static Transcript Parse(OldRow row)
    {
        try
        {
            using JsonDocument result = JsonDocument.Parse(row.Result ?? throw new InvalidDataException("no result"));
            if (result.RootElement.ValueKind != JsonValueKind.Object)
                throw new InvalidDataException("no result object");
            double duration = Number(result.RootElement, "duration") ?? 0;
            double seconds = Number(result.RootElement, "processing_time") ?? 0;
            List<TranscriptSentence> sentences = FromRaw(row.RawResult) ?? FromSegments(result.RootElement);
            double end = sentences.Count == 0 ? 0 : sentences.Max(sentence => sentence.EndMs) / 1000.0;
            return Transcript(sentences, Math.Max(Seconds(duration), end), Seconds(seconds), row.Engine);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The latter says half a surrogate pair.
            throw new InvalidDataException("broken JSON", error);
        }
    }

    private static Transcript Transcript(List<TranscriptSentence> sentences, double duration, double seconds, string engine) => new()
    {
        Sentences = sentences,
        Speakers = [.. sentences.Select(sentence => sentence.Speaker).OfType<string>().Distinct(StringComparer.Ordinal)],
        Turns = [.. sentences.Where(sentence => sentence.Speaker is not null).Select(sentence => new TranscriptTurn(sentence.StartMs, sentence.EndMs, sentence.Speaker!))],
        Duration = TimeSpan.FromSeconds(duration),
        Receipt = new Receipt
        {
            Stages = [],
            WallSeconds = seconds,
            Rtf = duration > 0 ? seconds / duration : 0,
            Bundle = ResultRow.ImportedModel,
            Notices = [$"Imported from the cache of funasr_spk_server, engine {(engine.StartsWith("qwen3", StringComparison.Ordinal) ? "qwen3" : "funasr")}."],
        },
    };

    /// <summary>Sentences of the engine's output: an object, or a list whose first item is one, with <c>sentence_info</c>. Null when there is none.</summary>
    private static List<TranscriptSentence>? FromRaw(string? raw)
    {
        if (raw is null)
            return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(raw);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
                root = root[0];
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("sentence_info", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
                return null;
            List<TranscriptSentence> sentences = [];
            foreach (JsonElement item in list.EnumerateArray())
                Add(sentences, item, "start", "end", 1, item.ValueKind == JsonValueKind.Object ? Label(item) : null, []);
            return sentences;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or InvalidDataException)
        {
            return null;
        }
    }

    private static List<TranscriptSentence> FromSegments(JsonElement result)
    {
        if (!result.TryGetProperty("segments", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
            throw new InvalidDataException("no segments");
        List<TranscriptSentence> sentences = [];
        Dictionary<string, string> labels = new(StringComparer.Ordinal);
        foreach (JsonElement item in list.EnumerateArray())
        {
            string? label = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("speaker", out JsonElement speaker) && speaker.ValueKind == JsonValueKind.String
                ? Known(labels, speaker.GetString()!)
                : null;
            Add(sentences, item, "start_time", "end_time", 1000, label, Words(item));
        }

        return sentences;
    }

    private static void Add(List<TranscriptSentence> sentences, JsonElement item, string start, string end, double toMs, string? label, IReadOnlyList<Word> words)
    {
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("text", out JsonElement text) || text.ValueKind != JsonValueKind.String)
            throw new InvalidDataException("a part without text");
        int startMs = Milliseconds(item, start, toMs), endMs = Milliseconds(item, end, toMs);
        if (endMs < startMs)
            throw new InvalidDataException("a part that ends before it starts");
        string trimmed = text.GetString()!.Trim();
        if (trimmed.Length > 0)
            sentences.Add(new TranscriptSentence(trimmed, startMs, endMs, label, words));
    }

    // A missing number, or none at all, counts as the first speaker, as it did there.
    private static string Label(JsonElement item)
        => item.TryGetProperty("spk", out JsonElement spk) && spk.ValueKind == JsonValueKind.Number && spk.TryGetInt32(out int number) && number is >= 0 and < MaxSpeakers
            ? $"Speaker{number + 1}"
            : "Speaker1";

    /// <summary>Our own labels stay; what is none of them is numbered by first appearance.</summary>
    private static string Known(Dictionary<string, string> labels, string label)
    {
        if (label.Length is > 7 and < 13 && label.StartsWith("Speaker", StringComparison.Ordinal) && label.AsSpan(7).ContainsAnyExceptInRange('0', '9') is false)
            return label;
        if (!labels.TryGetValue(label, out string? known))
            labels.Add(label, known = $"Speaker{labels.Count + 1}");
        return known;
    }

    private static List<Word> Words(JsonElement segment)
    {
        List<Word> words = [];
        if (segment.ValueKind != JsonValueKind.Object || !segment.TryGetProperty("words", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
            return words;
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("text", out JsonElement text) || text.ValueKind != JsonValueKind.String)
                throw new InvalidDataException("a word without text");
            words.Add(new Word(text.GetString()!, Milliseconds(item, "start", 1000), Milliseconds(item, "end", 1000), float.NaN));
        }

        return words;
    }

    private static int Milliseconds(JsonElement item, string name, double toMs)
    {
        double value = Number(item, name) ?? throw new InvalidDataException("a part without times");
        return (int)Math.Round(Seconds(value * toMs / 1000) * 1000);
    }

    private static double Seconds(double value)
        => value is >= 0 and <= LongestSeconds ? value : throw new InvalidDataException("a time beyond all recordings");

    private static double? Number(JsonElement item, string name)
        => item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) ? number : null;
}
