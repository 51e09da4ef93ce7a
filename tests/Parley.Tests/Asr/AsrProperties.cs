using FsCheck;
using FsCheck.Fluent;
using Parley.Asr;

namespace Parley.Tests.Asr;

public sealed class AsrProperties
{
    private static readonly string[] Vocabulary =
        ["你", "好", "hel@@", "lo", "a", "b", "C", "don't", "3d", "12", "5", "%", "，", "あ", "@@", " ", "<unk>", "</s>", "<s>", "<blank>", "é", "𠀀"];

    [Fact]
    public void Words_lie_within_their_segment_and_never_run_backwards()
    {
        using ParaformerRecognizer recognizer = TinyAsr.Load();
        Gen<TinyRow> row =
            from id in Gen.Choose(0, 7)
            from counts in Gen.Elements(true, true, false)
            from peaks in Gen.Elements(0, 0, 1, 2, 4, 5)
            from alpha in Gen.Elements(0f, 0.1f, 0.3f, 0.5f)
            select new TinyRow(id, counts, peaks, alpha);
        Gen<SpeechSegment[]> batches =
            from starts in Gen.NonEmptyListOf(Gen.Choose(0, 100_000))
            from rows in Gen.ArrayOf(Gen.NonEmptyListOf(row), Math.Min(starts.Count, 4))
            select (SpeechSegment[])[.. rows.Select((list, index) => TinyAsr.Segment(index, starts[index] * 10, [.. list]))];
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Arb.From(batches), batch =>
        {
            IReadOnlyList<RecognizedSegment> results = recognizer.Recognize(batch, RecognitionWish.None, CancellationToken.None);
            results.Select(result => result.Index).ShouldBe(batch.Select(segment => segment.Index));
            foreach ((SpeechSegment segment, RecognizedSegment result) in batch.Zip(results))
            {
                int previous = segment.Bounds.StartMs;
                foreach (Word word in result.Words)
                {
                    word.StartMs.ShouldBeGreaterThanOrEqualTo(previous);
                    word.EndMs.ShouldBeGreaterThanOrEqualTo(word.StartMs);
                    word.EndMs.ShouldBeLessThanOrEqualTo(segment.Bounds.EndMs);
                    word.Confidence.ShouldBeInRange(0, 1);
                    word.Text.ShouldNotBeNullOrWhiteSpace();
                    previous = word.EndMs;
                }
            }
        }));
    }

    [Fact]
    public void Words_together_are_the_tokens_together()
        => Check.QuickThrowOnFailure(Prop.ForAll(Arb.From(Gen.ListOf(Gen.Elements(Vocabulary))), tokens =>
        {
            AsrToken[] timed = [.. tokens.Index().Select(token => new AsrToken(token.Item, token.Index * 10, (token.Index + 1) * 10, 0.25f))];

            List<Word> words = TokenJoiner.Join(timed);

            string spoken = string.Concat(tokens.Where(token => !SpecialTokens.Contains(token)).Select(token => token.Replace("@@", string.Empty, StringComparison.Ordinal).Trim()));
            string.Concat(words.Select(word => word.Text)).ShouldBe(spoken, StringCompareShould.IgnoreCase);
            words.Zip(words.Skip(1)).ShouldAllBe(pair => pair.Second.StartMs >= pair.First.EndMs);
            words.ShouldAllBe(word => word.EndMs > word.StartMs && word.Confidence == 0.25f);
        }));

    [Fact]
    public void Token_times_fill_every_place_within_the_segment()
    {
        Gen<(float[] Alphas, bool[] Fires, int Tokens, int DurationMs)> cases =
            from frames in Gen.Choose(1, 120)
            from alphas in Gen.ArrayOf(Gen.Choose(0, 400), frames)
            from fires in Gen.ArrayOf(Gen.Elements(true, false, false, false), frames)
            from tokens in Gen.Choose(0, 60)
            from shorter in Gen.Choose(0, 59)
            select ((float[])[.. alphas.Select(alpha => alpha / 1000f)], fires, tokens, Math.Max((frames * 20) - shorter, 1));
        Check.QuickThrowOnFailure(Prop.ForAll(Arb.From(cases), item =>
        {
            TokenTime[] times = new TokenTime[item.Tokens];
            float[] peaks = [.. item.Fires.Select(fire => fire ? 1f : 0.2f)];
            TokenTimes.FromCif(item.Alphas, peaks, 3, item.DurationMs, times);
            int previous = 0;
            foreach (TokenTime time in times)
            {
                time.StartMs.ShouldBeGreaterThanOrEqualTo(previous);
                time.EndMs.ShouldBeGreaterThanOrEqualTo(time.StartMs);
                previous = time.EndMs;
            }

            previous.ShouldBeLessThanOrEqualTo(item.DurationMs);
        }));
    }

    [Fact]
    public void Reference_joining_takes_any_tokens()
        => Check.QuickThrowOnFailure(Prop.ForAll(Arb.From(Gen.ListOf(Gen.Elements(Vocabulary))), tokens =>
        {
            string[] list = [.. tokens];
            TokenTime[] times = [.. list.Index().Select(token => new TokenTime(token.Index * 10, (token.Index + 1) * 10))];
            ReferenceText with = ReferenceTokenJoiner.Join(list, times), without = ReferenceTokenJoiner.Join(list, null);
            with.Words.ShouldBe(without.Words);
            with.Times!.Count.ShouldBeLessThanOrEqualTo(with.Words.Count);
        }));

    [Fact]
    public void Batches_keep_their_limits_and_hold_every_segment_once()
    {
        Gen<(int[] Durations, BatchOptions Options)> cases =
            from durations in Gen.ArrayOf(Gen.Choose(1, 9_000))
            from seconds in Gen.Choose(1, 120)
            from segments in Gen.Choose(1, 8)
            from longSeconds in Gen.Choose(1, 60)
            from padding in Gen.Choose(0, 10)
            select ((int[])[.. durations.Select(duration => duration * 10)], new BatchOptions { MaxBatchSeconds = seconds, MaxBatchSegments = segments, LongSegmentSeconds = longSeconds, MaxPadding = padding / 10.0 });
        Check.QuickThrowOnFailure(Prop.ForAll(Arb.From(cases), item =>
        {
            IReadOnlyList<IReadOnlyList<int>> batches = BatchPlanner.Plan(item.Durations, item.Options);
            batches.SelectMany(batch => batch).Order().ShouldBe(Enumerable.Range(0, item.Durations.Length));
            foreach (IReadOnlyList<int> batch in batches.Where(batch => batch.Count > 1))
            {
                long longest = batch.Max(position => item.Durations[position]);
                (longest * batch.Count / 1000.0).ShouldBeLessThanOrEqualTo(item.Options.MaxBatchSeconds);
                batch.Count.ShouldBeLessThanOrEqualTo(item.Options.MaxBatchSegments);
                (1 - (batch.Sum(position => (double)item.Durations[position]) / (longest * batch.Count))).ShouldBeLessThanOrEqualTo(item.Options.MaxPadding + 1e-9);
                (longest / 1000.0).ShouldBeLessThan(item.Options.LongSegmentSeconds);
            }

            batches.Zip(batches.Skip(1)).ShouldAllBe(pair => pair.First.Max(position => item.Durations[position]) <= pair.Second.Min(position => item.Durations[position]));
            batches.ShouldAllBe(batch => batch.Count > 0);
        }));
    }
}
