using System.Globalization;
using System.Numerics.Tensors;
using Parley.Inference.Devices;
using Parley.Models;

namespace Parley.Optimization;

/// <summary>Decides whether a rewritten network gives the same results as the original.</summary>
internal static class ParityGate
{
    /// <summary>Largest difference of scores, relative to the largest score (1 at least): what other orders of summing make of two dozen layers.</summary>
    public const double LargestDifference = 5e-3;

    /// <summary>Smallest cosine between the embeddings of the same window.</summary>
    public const double SmallestCosine = 0.999;

    /// <summary>Compares two answers.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="decisionName">What its decisions are called.</param>
    /// <param name="expected">What the original answered.</param>
    /// <param name="actual">What the rewritten network answered.</param>
    /// <returns>Whether they are the same for all that the pipeline makes of them, and the finding in a few words.</returns>
    public static (bool IsSame, string Finding) Compare(ModelStage stage, string decisionName, ProbeAnswer expected, ProbeAnswer actual)
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

        double difference = expected.Numbers.Zip(actual.Numbers).Select(pair => OutputComparison.Difference(pair.First, pair.Second, startsOverAtOne: false)).DefaultIfEmpty(0).Max();
        string bound = difference <= LargestDifference ? "" : string.Create(CultureInfo.InvariantCulture, $", {LargestDifference} is the most");
        return (difference <= LargestDifference, string.Create(CultureInfo.InvariantCulture, $"same {expected.Decisions.Count} {decisionName}, scores within {difference:G2}{bound}"));
    }

    private static double Cosine(float[] expected, float[] actual)
    {
        double cosine = TensorPrimitives.CosineSimilarity<float>(expected, actual);
        return double.IsNaN(cosine) ? -1 : cosine;
    }
}
