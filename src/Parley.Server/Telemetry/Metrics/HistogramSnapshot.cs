namespace Parley.Server.Telemetry.Metrics;

/// <summary>A histogram at one moment.</summary>
/// <param name="Bounds">Upper bounds of the buckets, growing; the last bucket has none.</param>
/// <param name="Counts">Values in each bucket (not cumulative); one more than bounds.</param>
/// <param name="Sum">Of all values.</param>
internal sealed record HistogramSnapshot(IReadOnlyList<double> Bounds, IReadOnlyList<long> Counts, double Sum);
