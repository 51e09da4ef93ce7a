using System.Text.Json;
using Parley.Speakers;
using Parley.Tests.Golden;

namespace Parley.Tests.Speakers;

/// <summary>Reads the parts that several golden files of this room share.</summary>
internal static class SpeakerGolden
{
    public static readonly SpeakerClusteringOptions Reference = new() { ReferenceCompatible = true };

    /// <summary>VAD segments and how many samples of the recording lie in each.</summary>
    public static IEnumerable<(int StartMs, int EndMs, int Samples)> Segments(JsonElement segments, int recordingSamples)
        => segments.EnumerateArray()
            .Select(segment => (Start: segment[0].GetInt32(), End: segment[1].GetInt32()))
            .Select(segment => (segment.Start, segment.End, Math.Max(Math.Min(segment.End * 16, recordingSamples) - (segment.Start * 16), 0)));

    public static EmbeddingSet Embeddings(NpyArray all, JsonElement golden, float scale)
    {
        int dim = all.Shape[1];
        float[] values = all.Values.AsSpan(golden.GetProperty("first_row").GetInt32() * dim, golden.GetProperty("rows").GetInt32() * dim).ToArray();
        return new EmbeddingSet(values.Select(value => value * scale).ToArray(), dim);
    }

    public static SpeakerTurn[] Turns(JsonElement turns)
        => [.. turns.EnumerateArray().Select(turn => new SpeakerTurn(turn[0].GetDouble(), turn[1].GetDouble(), turn[2].GetInt32()))];

    public static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetInt32())];

    public static int? OptionalInt(JsonElement element) => element.ValueKind == JsonValueKind.Null ? null : element.GetInt32();
}
