using System.Globalization;
using System.Numerics.Tensors;
using Parley.Inference.Devices;
using Parley.Models;

namespace Parley.Optimization;

/// <summary>What may differ between a network and its rewritten form.</summary>
/// <param name="LargestDifference">Of scores, relative to the largest score (1 at least).</param>
/// <param name="LargestShiftMs">Of the times of tokens, in milliseconds.</param>
internal sealed record ParityBounds(double LargestDifference, int LargestShiftMs)
{
    /// <summary>Nothing but what other orders of summing make of two dozen layers.</summary>
    public static ParityBounds SameResults { get; } = new(5e-3, 0);

    /// <summary>What rounded weights make of them: the same tokens, at most one frame of the timestamp head (a third of 60 ms) earlier or later.</summary>
    public static ParityBounds SameTokens { get; } = new(0.1, 20);
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
        if (expected.Decisions.Count != actual.Decisions.Count)
            return (false, $"{actual.Decisions.Count} {decisionName} in place of {expected.Decisions.Count}");
        int different = expected.Decisions.Zip(actual.Decisions).Count(pair => !string.Equals(pair.First, pair.Second, StringComparison.Ordinal));
        if (different > 0)
            return (false, $"{different} of {expected.Decisions.Count} {decisionName} differ");
        if (!expected.Numbers.Select(item => item.Length).SequenceEqual(actual.Numbers.Select(item => item.Length)))
            return (false, "outputs of another shape");
        if (stage == ModelStage.Speakers)
        {
            double cosine = expected.Numbers.Zip(actual.Numbers).Min(pair => Cosine(pair.First, pair.Second));
            return (cosine >= SmallestCosine, string.Create(CultureInfo.InvariantCulture, $"cosine {cosine:F6} of {expected.Numbers.Count} windows"));
        }

        (int moved, int farthest) = Shift(expected.Times, actual.Times);
        if (farthest > bounds.LargestShiftMs)
            return (false, string.Create(CultureInfo.InvariantCulture, $"{moved} of {expected.Times.Count} times differ, by up to {farthest} ms"));
        double difference = expected.Numbers.Zip(actual.Numbers).Select(pair => OutputComparison.Difference(pair.First, pair.Second, startsOverAtOne: false)).DefaultIfEmpty(0).Max();
        string bound = difference <= bounds.LargestDifference ? "" : string.Create(CultureInfo.InvariantCulture, $", {bounds.LargestDifference} is the most");
        string times = expected.Times.Count == 0 ? "" : moved == 0 ? " and times" : string.Create(CultureInfo.InvariantCulture, $", {moved} of {expected.Times.Count} times moved by up to {farthest} ms");
        return (difference <= bounds.LargestDifference,
            string.Create(CultureInfo.InvariantCulture, $"same {expected.Decisions.Count} {decisionName}{times}, scores within {difference:G2}{bound}"));
    }

    private static (int Moved, int FarthestMs) Shift(IReadOnlyList<int> expected, IReadOnlyList<int> actual)
    {
        if (expected.Count != actual.Count)
            return (Math.Abs(expected.Count - actual.Count), int.MaxValue);
        int[] shifts = [.. expected.Zip(actual, (one, other) => Math.Abs(one - other))];
        return (shifts.Count(shift => shift > 0), shifts.DefaultIfEmpty(0).Max());
    }

    private static double Cosine(float[] expected, float[] actual)
    {
        double cosine = TensorPrimitives.CosineSimilarity<float>(expected, actual);
        return double.IsNaN(cosine) ? -1 : cosine;
    }
}
