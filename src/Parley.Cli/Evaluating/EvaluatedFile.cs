using System.Text.Json;
using System.Text.RegularExpressions;
using Parley.Transcripts;
using Parley.Transcripts.Metrics;

namespace Parley.Cli.Evaluating;

/// <summary>Reads references and results for comparison: JSON transcripts, plain texts, RTTM.</summary>
internal static partial class EvaluatedFile
{
    private const long MaxBytes = 256L << 20;

    /// <summary>What is said in a file: the texts of a JSON transcript, or a plain text without the labels that our own texts put before each turn.</summary>
    /// <exception cref="InvalidDataException">The file is no transcript.</exception>
    public static string ReadText(string path)
        => IsJson(path) ? string.Join('\n', Segments(path, static segment => segment.GetProperty("text").GetString() ?? string.Empty)) : Label().Replace(Read(path), string.Empty);

    /// <summary>Who speaks when: the turns of an RTTM file, or the segments of a JSON transcript that have a speaker.</summary>
    /// <exception cref="InvalidDataException">The file is neither, or its turns belong to several recordings.</exception>
    public static IReadOnlyList<TranscriptTurn> ReadTurns(string path)
    {
        if (IsJson(path))
            return [.. Segments(path, Turn).OfType<TranscriptTurn>()];
        using StringReader reader = new(Read(path));
        IReadOnlyList<RttmTurn> turns = RttmReader.Read(reader, path);
        string[] recordings = [.. turns.Select(turn => turn.FileId).Distinct(StringComparer.Ordinal)];
        if (recordings.Length > 1)
            throw new InvalidDataException($"{path} holds turns of {recordings.Length} recordings ({string.Join(", ", recordings.Take(3))}...); compare them one by one.");
        return [.. turns.Select(turn => turn.Turn)];
    }

    private static bool IsJson(string path) => path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    private static TranscriptTurn? Turn(JsonElement segment)
        => segment.TryGetProperty("speaker", out JsonElement speaker) && speaker.GetString() is { Length: > 0 } label
            ? new TranscriptTurn(Milliseconds(segment, "start_time"), Milliseconds(segment, "end_time"), label)
            : null;

    private static int Milliseconds(JsonElement segment, string name) => checked((int)Math.Round(segment.GetProperty(name).GetDouble() * 1000));

    private static List<T> Segments<T>(string path, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(Read(path));
            return [.. document.RootElement.GetProperty("segments").EnumerateArray().Select(read)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"{path} is no JSON transcript with segments: {error.Message}", error);
        }
    }

    private static string Read(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
            throw new InvalidDataException($"{path} has more than {MaxBytes} bytes; this is no transcript.");
        return File.ReadAllText(path);
    }

    [GeneratedRegex(@"^Speaker\d+:[ \t]*", RegexOptions.Multiline | RegexOptions.CultureInvariant, 10_000)]
    private static partial Regex Label();
}
