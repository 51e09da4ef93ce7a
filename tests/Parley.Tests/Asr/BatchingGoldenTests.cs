using System.Text.Json;
using Parley.Asr;
using Parley.Tests.Golden;
using Parley.Vad;

namespace Parley.Tests.Asr;

[Trait("Group", "golden")]
public sealed class BatchingGoldenTests
{
    [Fact]
    public void Reference_rule_plans_the_batches_of_the_reference()
    {
        JsonElement golden = GoldenData.Load("8-batching", "cases.json");
        JsonElement defaults = golden.GetProperty("defaults");
        int cases = 0;
        foreach (JsonElement item in golden.GetProperty("cases").EnumerateArray())
        {
            VadSegment[] segments = Segments(item.GetProperty("vad"));
            JsonElement options = item.GetProperty("options");
            long batchMs = Seconds("batch_size_s"), longMs = Seconds("batch_size_threshold_s");
            bool cpu = options.GetProperty("device").GetString() is "cpu";

            IReadOnlyList<IReadOnlyList<int>> batches = ReferenceBatching.Plan([.. segments.Select(segment => segment.DurationMs)], cpu ? 0 : Math.Max(batchMs, 1), longMs);

            JsonElement expected = GoldenData.Expected(item);
            Numbers(batches).ShouldBe(expected.GetProperty("batches").GetRawText().Replace(" ", string.Empty, StringComparison.Ordinal), item.GetProperty("id").GetString());
            cases++;

            long Seconds(string name) => (options.TryGetProperty(name, out JsonElement value) ? value : defaults.GetProperty(name)).GetInt64() * 1000;
        }

        cases.ShouldBePositive();
    }

    /// <summary>A batch that gives nothing empties the whole recording in the reference; here only its own segments.</summary>
    [Fact]
    public void Results_come_back_in_order_with_their_times()
    {
        int cases = 0, repaired = 0;
        foreach (JsonElement item in GoldenData.Load("8-batching", "cases.json").GetProperty("cases").EnumerateArray())
        {
            string id = item.GetProperty("id").GetString()!;
            VadSegment[] bounds = Segments(item.GetProperty("vad"));
            JsonElement texts = item.GetProperty("texts"), times = item.GetProperty("timestamps");
            SpeechSegment[] segments = [.. bounds.Select((segment, index) => new SpeechSegment(index, segment, default, default))];
            JsonElement result = GoldenData.Expected(item).GetProperty("results")[0];
            HashSet<int> empty = item.TryGetProperty("empty_batches", out JsonElement numbers) ? [.. numbers.EnumerateArray().Select(number => number.GetInt32())] : [];

            List<RecognizedSegment> recognized = [];
            foreach ((int number, IReadOnlyList<SpeechSegment> batch) in BatchPlanner.Plan(segments, new BatchOptions()).Index())
            {
                foreach (SpeechSegment segment in batch)
                    recognized.Add(new RecognizedSegment(segment.Index, empty.Contains(number) ? [] : Words(segment)));
            }

            RecognizedSegment[] ordered = [.. recognized.OrderBy(segment => segment.Index)];
            ordered.Select(segment => segment.Index).ShouldBe(Enumerable.Range(0, segments.Length), id);
            Word[] words = [.. ordered.SelectMany(segment => segment.Words)];
            if (empty.Count > 0)
            {
                result.GetProperty("text").GetString().ShouldBe(string.Empty, id);
                words.ShouldNotBeEmpty(id);
                repaired++;
            }
            else
            {
                words.Where(word => word.EndMs > word.StartMs).Select(word => (word.StartMs, word.EndMs))
                    .ShouldBe(result.GetProperty("timestamp").EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetInt32())), id);
                string.Join(' ', ordered.Select(segment => string.Concat(segment.Words.Select(word => word.Text)))).ShouldBe(result.GetProperty("text").GetString(), id);
            }

            cases++;

            List<Word> Words(SpeechSegment segment)
            {
                string text = texts[segment.Index].GetString()!;
                (int Start, int End)[] spans = [.. times[segment.Index].EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetInt32()))];
                return text.Length == 0 ? [] : [new Word(text, Absolute(spans.FirstOrDefault().Start), Absolute(spans.LastOrDefault().End), 1)];

                int Absolute(int ms) => segment.Bounds.StartMs + ms;
            }
        }

        cases.ShouldBeGreaterThan(repaired);
    }

    [Fact]
    public void Merging_and_slicing_equal_the_reference()
    {
        int merged = 0, sliced = 0;
        foreach (JsonElement item in GoldenData.Load("8-batching", "merge_and_slice.json").GetProperty("cases").EnumerateArray())
        {
            string? id = item.GetProperty("id").GetString();
            VadSegment[] segments = Segments(item.GetProperty("vad"));
            JsonElement expected = GoldenData.Expected(item);
            if (item.TryGetProperty("num_samples", out JsonElement samples))
            {
                SegmentSlice slice = SegmentSlice.Of(segments.ShouldHaveSingleItem(), samples.GetInt64());
                slice.SampleCount.ShouldBe(expected.GetProperty("samples").GetInt32(), id);
                if (expected.GetProperty("first_sample").ValueKind == JsonValueKind.Number)
                    slice.FirstSample.ShouldBe(expected.GetProperty("first_sample").GetInt64(), id);
                sliced++;
            }
            else
            {
                ReferenceBatching.Merge(segments, item.GetProperty("max_length").GetInt32(), item.GetProperty("min_length").GetInt32()).ToArray().ShouldBe(Segments(expected), id);
                merged++;
            }
        }

        (merged > 0 && sliced > 0).ShouldBeTrue();
    }

    private static string Numbers(IReadOnlyList<IReadOnlyList<int>> batches) => $"[{string.Join(',', batches.Select(batch => $"[{string.Join(',', batch)}]"))}]";

    private static VadSegment[] Segments(JsonElement pairs)
        => [.. pairs.EnumerateArray().Select(pair => new VadSegment(pair[0].GetInt32(), pair[1].GetInt32()))];
}
