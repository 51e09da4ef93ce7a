using System.Diagnostics.Metrics;

namespace Parley.Server.Telemetry.Metrics;

/// <summary>Listens to the histograms of a meter and keeps them in buckets, by their tags. Safe for concurrent use.</summary>
internal sealed class MeterHistograms : IDisposable
{
    // Tags come from a handful of stages and devices; more would be a defect of whoever records.
    private const int MaxSeries = 1000;

    private static readonly double[] Seconds = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000];
    private static readonly double[] Ratio = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, Series>> _instruments = new(StringComparer.Ordinal);
    private readonly MeterListener _listener;

    /// <param name="meter">Name of the meter.</param>
    public MeterHistograms(string meter)
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (string.Equals(instrument.Meter.Name, meter, StringComparison.Ordinal) && instrument is Histogram<double>)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The series of an instrument with their tags, in a fixed order; empty when nothing was recorded.</summary>
    public IReadOnlyList<((string Name, string Value)[] Tags, HistogramSnapshot Histogram)> Read(string instrument)
    {
        lock (_lock)
        {
            return _instruments.TryGetValue(instrument, out Dictionary<string, Series>? series)
                ? [.. series.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => (item.Value.Tags, item.Value.Snapshot()))]
                : [];
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        (string Name, string Value)[] labels = new (string, string)[tags.Length];
        for (int i = 0; i < tags.Length; i++)
            labels[i] = (tags[i].Key, tags[i].Value?.ToString() ?? "");
        string key = string.Join('\n', labels.Select(label => $"{label.Name}={label.Value}"));
        lock (_lock)
        {
            if (!_instruments.TryGetValue(instrument.Name, out Dictionary<string, Series>? all))
                _instruments[instrument.Name] = all = new Dictionary<string, Series>(StringComparer.Ordinal);
            if (!all.TryGetValue(key, out Series? series))
            {
                if (all.Count >= MaxSeries)
                    return;
                all[key] = series = new Series(labels, instrument.Unit is "s" ? Seconds : Ratio);
            }

            series.Add(value);
        }
    }

    private sealed class Series((string Name, string Value)[] tags, double[] bounds)
    {
        private readonly long[] _counts = new long[bounds.Length + 1];
        private double _sum;

        public (string Name, string Value)[] Tags => tags;

        public void Add(double value)
        {
            int bucket = Array.FindIndex(bounds, bound => value <= bound);
            _counts[bucket < 0 ? bounds.Length : bucket]++;
            _sum += value;
        }

        public HistogramSnapshot Snapshot() => new(bounds, [.. _counts], _sum);
    }
}
