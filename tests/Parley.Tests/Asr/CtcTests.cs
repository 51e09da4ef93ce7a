using FsCheck;
using FsCheck.Fluent;
using Parley.Asr;

namespace Parley.Tests.Asr;

/// <summary>From labels of frames to symbols, and back to the frames in which known tokens are spoken.</summary>
public sealed class CtcTests
{
    private const int Blank = 0;

    [Fact]
    public void Repeated_labels_are_one_symbol_and_a_blank_between_makes_two()
    {
        int[] ids = [0, 5, 5, 0, 5, 6, 6, 0];
        float[] probabilities = [1, 0.2f, 0.6f, 1, 0.5f, 0.3f, 0.1f, 1];
        CtcDecoder.Collapse(ids, probabilities, Blank).ShouldBe([new(5, 1, 3, 0.6f), new(5, 4, 5, 0.5f), new(6, 5, 7, 0.3f)]);
        CtcDecoder.Collapse([0, 0], [1, 1], Blank).ShouldBeEmpty();
        CtcDecoder.Collapse([], [], Blank).ShouldBeEmpty();
    }

    [Fact]
    public void Best_way_is_as_good_as_the_best_of_all_ways()
    {
        Gen<(int[] Tokens, float[] Scores)> cases =
            from frames in Gen.Choose(1, 6)
            from count in Gen.Choose(0, 4)
            from tokens in Gen.ArrayOf(Gen.Choose(1, 2), count)
            from scores in Gen.ArrayOf(Gen.Choose(-9, 9).Select(value => value / 2f), frames * 3)
            select (tokens, scores);
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Arb.From(cases), item =>
        {
            const int Classes = 3;
            int[] path = new int[item.Scores.Length / Classes];
            bool found = CtcAlignment.TryAlign(item.Scores, Classes, Blank, item.Tokens, path);

            double? best = BestOfAll(item.Tokens, item.Scores, Classes);
            found.ShouldBe(best is not null);
            if (!found)
                return;
            int[] labels = [.. path.Select(place => place == CtcAlignment.Nothing ? Blank : item.Tokens[place])];
            labels.Select((label, frame) => (double)item.Scores[(frame * Classes) + label]).Sum().ShouldBe(best!.Value, 1e-6);
            int[] places = [.. path.Where(place => place != CtcAlignment.Nothing)];
            places.ShouldBe(places.Order());
            places.Distinct().ShouldBe(Enumerable.Range(0, item.Tokens.Length));
        }));
    }

    [Fact]
    public void What_was_decoded_is_aligned_with_the_frames_that_said_it()
    {
        float[] scores = new float[6 * 4];
        int[] said = [0, 3, 3, 0, 3, 2];
        for (int frame = 0; frame < said.Length; frame++)
            scores[(frame * 4) + said[frame]] = 5;
        int[] path = new int[6];
        CtcAlignment.TryAlign(scores, 4, Blank, [3, 3, 2], path).ShouldBeTrue();
        path.ShouldBe([-1, 0, 0, -1, 1, 2]);
    }

    // Every labelling of the frames that collapses to the tokens.
    private static double? BestOfAll(int[] tokens, float[] scores, int classes)
    {
        int frames = scores.Length / classes;
        double? best = null;
        for (int way = 0; way < (int)Math.Pow(classes, frames); way++)
        {
            int rest = way;
            double sum = 0;
            int[] labels = new int[frames];
            for (int frame = 0; frame < frames; frame++, rest /= classes)
            {
                labels[frame] = rest % classes;
                sum += scores[(frame * classes) + labels[frame]];
            }

            if (CtcDecoder.Collapse(labels, new float[frames], Blank).Select(symbol => symbol.Id).SequenceEqual(tokens) && !(sum <= best))
                best = sum;
        }

        return best;
    }
}
