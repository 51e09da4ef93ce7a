using System.Globalization;
using System.Net;
using Parley.Cli.Terminals;

namespace Parley.Cli.Devices;

/// <summary>A bar for each device: how many times faster than real time it is.</summary>
internal static class BenchChart
{
    private const int Width = 640, BarHeight = 28, Gap = 12, Left = 120, Right = 90, Top = 40;

    /// <summary>Writes the drawing.</summary>
    public static void Write(IReadOnlyList<BenchResult> results, TextWriter output)
    {
        double longest = results.Max(result => 1 / result.Rtf);
        int height = Top + (results.Count * (BarHeight + Gap)) + Gap;
        output.Write($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{height}\" viewBox=\"0 0 {Width} {height}\" font-family=\"sans-serif\" font-size=\"14\">\n");
        output.Write($"<rect width=\"{Width}\" height=\"{height}\" fill=\"#ffffff\"/>\n<text x=\"{Gap}\" y=\"24\" font-weight=\"bold\">Times real time (longer is better)</text>\n");
        for (int i = 0; i < results.Count; i++)
        {
            double value = 1 / results[i].Rtf;
            int y = Top + (i * (BarHeight + Gap));
            string bar = ((Width - Left - Right) * value / longest).ToString("F1", CultureInfo.InvariantCulture);
            string end = (Left + ((Width - Left - Right) * value / longest) + 6).ToString("F1", CultureInfo.InvariantCulture);
            output.Write($"<text x=\"{Left - 8}\" y=\"{y + 19}\" text-anchor=\"end\">{WebUtility.HtmlEncode(results[i].Device)}</text>\n");
            output.Write($"<rect x=\"{Left}\" y=\"{y}\" width=\"{bar}\" height=\"{BarHeight}\" fill=\"{(i == 0 ? "#8a94a6" : "#2f6fde")}\"/>\n");
            output.Write($"<text x=\"{end}\" y=\"{y + 19}\">{Ratio.Of(value)} x</text>\n");
        }

        output.Write("</svg>\n");
    }
}
