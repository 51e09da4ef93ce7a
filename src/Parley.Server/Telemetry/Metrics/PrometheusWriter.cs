using System.Globalization;
using System.Text;

namespace Parley.Server.Telemetry.Metrics;

/// <summary>Writes Prometheus text, version 0.0.4: each family once, with its help and type, then its samples.</summary>
internal sealed class PrometheusWriter
{
    /// <summary>What the page says it is.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();
    private string _family = "";

    /// <summary>Begins a family. Its samples follow before the next one begins.</summary>
    /// <param name="name">Letters, digits and underscores.</param>
    /// <param name="type">gauge, counter or histogram.</param>
    /// <param name="help">One sentence.</param>
    public PrometheusWriter Family(string name, string type, string help)
    {
        _family = name;
        _text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        return this;
    }

    /// <summary>A sample of the family.</summary>
    public PrometheusWriter Sample(double value, params ReadOnlySpan<(string Name, string Value)> labels) => Write("", value, labels);

    /// <summary>The samples of one histogram of the family.</summary>
    public PrometheusWriter Histogram(HistogramSnapshot histogram, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        long cumulative = 0;
        for (int i = 0; i <= histogram.Bounds.Count; i++)
        {
            cumulative += histogram.Counts[i];
            Write("_bucket", cumulative, [.. labels, ("le", i < histogram.Bounds.Count ? Number(histogram.Bounds[i]) : "+Inf")]);
        }

        Write("_sum", histogram.Sum, labels);
        return Write("_count", cumulative, labels);
    }

    public override string ToString() => _text.ToString();

    private PrometheusWriter Write(string suffix, double value, ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(_family).Append(suffix);
        for (int i = 0; i < labels.Length; i++)
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escape(labels[i].Value)).Append('"');
        if (labels.Length > 0)
            _text.Append('}');
        _text.Append(' ').Append(Number(value)).Append('\n');
        return this;
    }

    private static string Escape(string value)
        => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
