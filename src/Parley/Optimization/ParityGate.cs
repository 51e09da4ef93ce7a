using System.Globalization;
using System.Numerics.Tensors;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Transcripts.Metrics;

namespace Parley.Optimization;

/// <summary>What may differ between a network and its rewritten form.</summary>
/// <param name="MostEdits">Share of the decisions that may be others, missing or too many.</param>
/// <param name="LargestShiftMs">Of the times of tokens, in milliseconds.</param>
/// <param name="LargestDifference">Of scores, relative to the largest score (1 at least).</param>
internal sealed record ParityBounds(double MostEdits, int LargestShiftMs, double LargestDifference)
{
    /// <summary>Nothing but what other orders of summing make of two dozen layers.</summary>
    public static ParityBounds SameResults { get; } = new(0, 0, 5e-3);

    /// <summary>
    /// What rounding weights may make of them: now and then another token where two were nearly equal, as it happens between 32 and 8 bits, and times that move
    /// by one frame of the timestamp head, a third of 60 ms.
    /// </summary>
    public static ParityBounds Rounded { get; } = new(0.02, 20, 0.2);
}

/// <summary>Decides whether a rewritten network gives the same results as the original.</summary>
internal static class ParityGate
{
    /// <summary>Smallest cosine between the embeddings of the same window.</summary>
    public const double SmallestCosine = 0.999;

    /// <summary>Compares two answers.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="decisionName">What its decisions are called.</param>
    /// <param name="expected">What the original answered.</param>
    /// <param name="actual">What the rewritten network answered.</param>
    /// <param name="bounds">What may differ.</param>
    /// <returns>Whether they are the same for all that the pipeline makes of them, and the finding in a few words.</returns>
    public static (bool IsSame, string Finding) Compare(ModelStage stage, string decisionName, ProbeAnswer expected, ProbeAnswer actual, ParityBounds bounds)
    {
        if (expected.Numbers.Count != actual.Numbers.Count || expected.Decisions.Count != actual.Decisions.Count)
            return (false, "outputs of another number");
        if (stage == ModelStage.Speakers)
        {
            double cosine = expected.Numbers.Zip(actual.Numbers).Min(pair => Cosine(pair.First, pair.Second));
            return (cosine >= SmallestCosine, string.Create(CultureInfo.InvariantCulture, $"cosine {cosine:F6} of {expected.Numbers.Count} windows"));
        }

        int count = expected.Decisions.Sum(items => items.Length), edits = expected.Decisions.Zip(actual.Decisions, Edits).Sum();
        if (edits > bounds.MostEdits * count)
            return (false, string.Create(CultureInfo.InvariantCulture, $"{edits} of {count} {decisionName} differ"));
        (int moved, int times, int farthest) = Shift(expected, actual);
        if (farthest > bounds.LargestShiftMs)
            return (false, string.Create(CultureInfo.InvariantCulture, $"{moved} of {times} times differ, by up to {farthest} ms"));
        // Where a token more or less was found there is nothing to compare.
        (float[] First, float[] Second)[] scores = [.. expected.Numbers.Zip(actual.Numbers).Where(pair => pair.First.Length == pair.Second.Length)];
        if (edits == 0 && scores.Length < expected.Numbers.Count)
            return (false, "outputs of another shape");
        double difference = scores.Select(pair => OutputComparison.Difference(pair.First, pair.Second, startsOverAtOne: false)).DefaultIfEmpty(0).Max();
        string same = edits > 0 ? $"{edits} of {count} {decisionName} differ" : moved > 0 || times == 0 ? $"same {count} {decisionName}" : $"same {count} {decisionName} and times";
        string shifted = moved > 0 ? $", {moved} of {times} times moved by up to {farthest} ms" : "";
        string found = string.Create(CultureInfo.InvariantCulture, $"{same}{shifted}, scores within {difference:G2}");
        return difference <= bounds.LargestDifference ? (true, found)
            : (false, string.Create(CultureInfo.InvariantCulture, $"{found}, {bounds.LargestDifference} is the most"));
    }

    private static int Edits(string[] expected, string[] actual)
    {
        ErrorRate found = EditDistance.Compute([.. expected], [.. actual]);
        return found.Substitutions + found.Deletions + found.Insertions;
    }

    // Times of other tokens are other times.
    private static (int Moved, int Count, int FarthestMs) Shift(ProbeAnswer expected, ProbeAnswer actual)
    {
        int[] shifts =
        [
            .. Enumerable.Range(0, Math.Min(expected.Times.Count, actual.Times.Count))
                .Where(i => expected.Decisions[i].AsSpan().SequenceEqual(actual.Decisions[i]))
                .SelectMany(i => expected.Times[i].Zip(actual.Times[i], (one, other) => Math.Abs(one - other))),
        ];
        return (shifts.Count(shift => shift > 0), shifts.Length, shifts.DefaultIfEmpty(0).Max());
    }

    private static double Cosine(float[] expected, float[] actual)
    {
        double cosine = TensorPrimitives.CosineSimilarity<float>(expected, actual);
        return double.IsNaN(cosine) ? -1 : cosine;
    }
}
