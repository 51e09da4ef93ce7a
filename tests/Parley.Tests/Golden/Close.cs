namespace Parley.Tests.Golden;

/// <summary>Compares arrays within a stated tolerance and says where they part.</summary>
internal static class Close
{
    /// <summary>Fails as "row 41, column 7: expected -3.2104, got -3.1998; 12 of 23,840 values beyond 0.001".</summary>
    public static void Within(double tolerance, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, int columns, string what = "")
    {
        actual.Length.ShouldBe(expected.Length, $"{what}: number of values");
        int beyond = 0, worst = -1;
        double worstDifference = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)expected[i] - actual[i]);
            if (double.IsNaN(difference))
                difference = double.PositiveInfinity;
            if (difference > tolerance)
                beyond++;
            if (difference > worstDifference)
                (worst, worstDifference) = (i, difference);
        }

        if (beyond > 0)
        {
            Assert.Fail($"{what}: row {worst / columns}, column {worst % columns}: expected {expected[worst]}, got {actual[worst]}; "
                + $"{beyond} of {expected.Length} values beyond {tolerance}");
        }
    }

    /// <summary>Mean absolute difference.</summary>
    public static double MeanDifference(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double sum = 0;
        for (int i = 0; i < expected.Length; i++)
            sum += Math.Abs((double)expected[i] - actual[i]);
        return expected.IsEmpty ? 0 : sum / expected.Length;
    }
}
