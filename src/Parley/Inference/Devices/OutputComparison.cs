using Parley.Models;

namespace Parley.Inference.Devices;

/// <summary>How far the outputs of a device are from the CPU's, and how far they may be.</summary>
internal static class OutputComparison
{
    // Float sums of a thousand terms in another order differ by 1e-5, a driver's own exponential by 1e-4; half precision, which changes words, by 1e-2.
    private const double Rounding = 1e-3;

    // Scores behind two dozen layers of attention, which amplify what the layers below them differ by.
    private const double RoundingOfScores = 5e-3;

    // A running sum of up to 1500 weights: their differences add up.
    private const double RoundingOfSums = 0.05;

    // Names that the official exports of Paraformer give them.
    private const string Scores = "logits", RunningSum = "us_cif_peak";

    /// <summary>Largest difference of an output that is taken for rounding. Whole numbers must be equal.</summary>
    public static double Tolerance(ModelStage stage, string output) => (stage, output) switch
    {
        (ModelStage.Asr, RunningSum) => RoundingOfSums,
        (ModelStage.Asr, Scores) => RoundingOfScores,
        _ => Rounding,
    };

    /// <summary>Compares all outputs of a run and keeps the largest difference of each.</summary>
    /// <param name="specs">The outputs.</param>
    /// <param name="expected">What the CPU gave.</param>
    /// <param name="actual">What the device gave.</param>
    /// <param name="differences">Largest difference by the name of the output; positive infinity for another shape or other whole numbers.</param>
    public static void Add(IReadOnlyList<TensorSpec> specs, ModelOutputs expected, ModelOutputs actual, Dictionary<string, double> differences)
    {
        foreach (TensorSpec spec in specs.Where(spec => spec.Type != TensorType.Other))
        {
            double difference = !expected.Shape(spec.Name).SequenceEqual(actual.Shape(spec.Name)) ? double.PositiveInfinity
                : spec.Type != TensorType.Float ? expected.Integers(spec.Name).SequenceEqual(actual.Integers(spec.Name)) ? 0 : double.PositiveInfinity
                : Difference(expected.Floats(spec.Name), actual.Floats(spec.Name), startsOverAtOne: string.Equals(spec.Name, RunningSum, StringComparison.Ordinal));
            differences[spec.Name] = Math.Max(differences.GetValueOrDefault(spec.Name), difference);
        }
    }

    /// <summary>Largest difference over the largest absolute value, which counts as 1 at least.</summary>
    /// <param name="expected">What the CPU gave.</param>
    /// <param name="actual">What the device gave, of the same length.</param>
    /// <param name="startsOverAtOne">
    /// Whether the values are a sum that loses 1 when it reaches it (<c>us_cif_peak</c>): just below and just above are neighbours then.
    /// </param>
    internal static double Difference(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, bool startsOverAtOne)
    {
        double worst = 0, largest = 1;
        for (int i = 0; i < expected.Length; i++)
        {
            // Equal infinities are equal; what is no number on both sides is so, too.
            if (expected[i].Equals(actual[i]))
                continue;
            double difference = Math.Abs((double)expected[i] - actual[i]);
            if (double.IsNaN(difference))
                return double.PositiveInfinity;
            if (startsOverAtOne)
                difference = Math.Abs(difference - Math.Round(difference));
            worst = Math.Max(worst, difference);
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }

        return worst / largest;
    }
}
