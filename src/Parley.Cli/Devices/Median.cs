namespace Parley.Cli.Devices;

/// <summary>The middle of some measurements; of an even number the mean of the two in the middle.</summary>
internal static class Median
{
    /// <summary>The median of some numbers.</summary>
    public static double Of(IEnumerable<double> values)
    {
        (double lower, double upper) = Middle(values, static value => value);
        return (lower + upper) / 2;
    }

    /// <summary>The two in the middle; the same one twice where there is one.</summary>
    public static (T Lower, T Upper) Middle<T>(IEnumerable<T> items, Func<T, double> value)
    {
        T[] sorted = [.. items.OrderBy(value)];
        return (sorted[(sorted.Length - 1) / 2], sorted[sorted.Length / 2]);
    }
}
