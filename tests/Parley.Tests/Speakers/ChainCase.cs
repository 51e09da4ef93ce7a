using System.Text.Json;
using Parley.Asr;
using Parley.Punctuation;
using Parley.Speakers;
using Parley.Tests.Golden;

namespace Parley.Tests.Speakers;

/// <summary>One recording of chain.json.</summary>
internal sealed class ChainCase
{
    private readonly JsonElement _golden;
    private readonly int[] _marksByClass;

    private ChainCase(JsonElement golden, int[] marksByClass, NpyArray embeddings, float scale)
    {
        _golden = golden;
        _marksByClass = marksByClass;
        Id = $"{golden.GetProperty("id").GetString()} ({golden.GetProperty("kind").GetString()})";
        Segments = [.. SpeakerGolden.Segments(golden.GetProperty("vad"), golden.GetProperty("num_samples").GetInt32())];
        Embeddings = SpeakerGolden.Embeddings(embeddings, golden, scale);
        Recognized = [.. golden.GetProperty("asr").EnumerateArray().Select(Recognize)];
        Words = [.. Recognized.SelectMany(segment => segment.Words)];
    }

    public string Id { get; }

    public IReadOnlyList<(int StartMs, int EndMs, int Samples)> Segments { get; }

    public EmbeddingSet Embeddings { get; }

    /// <summary>What the recogniser gives for each segment; nothing for those of a batch that it returned nothing for.</summary>
    public IReadOnlyList<RecognizedSegment> Recognized { get; }

    public List<Word> Words { get; }

    public bool BySegment => _golden.GetProperty("spk_mode").GetString() == "vad_segment";

    public bool EnglishSentences => Option("en_post_proc") is { ValueKind: JsonValueKind.True };

    public SpeakerCount SpeakerCount => new(Option("preset_spk_num")?.GetInt32());

    /// <summary>
    /// Whether the reference's clusters follow from the embeddings at all. When fewer speakers are asked for than the graph has separate parts, it uses
    /// some of several equally good eigenvectors, and which ones is a matter of rounding.
    /// </summary>
    public bool IsPartitionDefined => SpeakerCount.Exact is not { } asked
        || SpectralClustering.Decompose(Embeddings, asked + 1, SpeakerGolden.Reference, default).Values[asked] > 1e-4;

    /// <summary>FunASR's way of batching with the options of this recording; on the CPU every segment goes alone.</summary>
    public BatchOptions Batching => BatchOptions.FunAsr with
    {
        MaxBatchSeconds = Option("batch_size_s")?.GetDouble() ?? BatchOptions.FunAsr.MaxBatchSeconds,
        MaxBatchSegments = _golden.GetProperty("device").GetString() == "cpu" ? 1 : BatchOptions.FunAsr.MaxBatchSegments,
    };

    public static IEnumerable<ChainCase> LoadAll()
    {
        JsonElement data = GoldenData.Load("7-speakers", "chain.json");
        NpyArray embeddings = NpyArray.Load(GoldenData.Path("7-speakers", "chain_embeddings.i8.npy"));
        int[] marks = MarkClasses.Parse([.. data.GetProperty("punc_list").EnumerateArray().Select(item => item.GetString()!)]);
        float scale = GoldenData.Load("7-speakers", "cluster.json").GetProperty("scale").GetSingle();
        return data.GetProperty("cases").EnumerateArray().Select(golden => new ChainCase(golden, marks, embeddings, scale));
    }

    /// <summary>What is expected of one step; for 1.2.7 its own value where the versions differ.</summary>
    public JsonElement Expected(string step, PunctuationCompatibility version = PunctuationCompatibility.FunAsr127)
    {
        if (version == PunctuationCompatibility.FunAsr127
            && _golden.TryGetProperty("expected_1_2_7", out JsonElement older) && older.TryGetProperty(step, out JsonElement value))
        {
            return value;
        }

        return _golden.GetProperty("expected").GetProperty(step);
    }

    /// <summary>Whether the reference got as far as this step.</summary>
    public bool Has(string step, PunctuationCompatibility version)
        => !_golden.GetProperty("expected").TryGetProperty("raises", out _) && Expected(step, version).ValueKind != JsonValueKind.Null;

    /// <summary>Decodes with the recorded answers of the network.</summary>
    public DecodedMarks Decode(int tokens, PunctuationCompatibility version)
    {
        JsonElement[] answers = [.. Expected("network_calls", version).EnumerateArray()];
        int call = 0;
        DecodedMarks decoded = MarkDecoder.Decode(tokens, new PunctuationOptions { Compatibility = version }, (_, marks) =>
        {
            call.ShouldBeLessThan(answers.Length, Id);
            int[] answer = [.. SpeakerGolden.Ints(answers[call++]).Select(item => _marksByClass[item])];
            answer.Length.ShouldBe(marks.Length, Id);
            answer.CopyTo(marks);
        }, default);
        call.ShouldBe(answers.Length, Id);
        return decoded;
    }

    private RecognizedSegment Recognize(JsonElement result, int index)
    {
        if (LostSegments().Contains(index))
            return new RecognizedSegment(index, []);
        string[] texts = result.GetProperty("text").GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        JsonElement[] times = [.. result.GetProperty("timestamp").EnumerateArray()];
        times.Length.ShouldBe(texts.Length, Id);
        int start = Segments[index].StartMs;
        return new RecognizedSegment(index, [.. texts.Select((text, i) => new Word(text, start + times[i][0].GetInt32(), start + times[i][1].GetInt32(), 1))]);
    }

    private HashSet<int> LostSegments()
    {
        if (!_golden.TryGetProperty("empty_batches", out JsonElement lost) || !_golden.GetProperty("expected").TryGetProperty("batches", out JsonElement batches))
            return [];
        return [.. SpeakerGolden.Ints(lost).SelectMany(batch => SpeakerGolden.Ints(batches[batch]))];
    }

    private JsonElement? Option(string name) => _golden.GetProperty("options").TryGetProperty(name, out JsonElement value) ? value : null;
}
