using System.Globalization;
using System.Runtime.InteropServices;
using Parley.Cli.Terminals;
using Parley.Cli.Transcribing;
using Parley.Inference.Devices;

namespace Parley.Cli.Devices;

/// <summary>The results of a benchmark, side by side. The first device is what the others are compared with.</summary>
/// <param name="setup">How they were taken.</param>
/// <param name="results">One for each device.</param>
internal sealed class BenchReport(BenchSetup setup, IReadOnlyList<BenchResult> results)
{
    /// <summary>Whether words, times and speakers are the same on all devices, and in all runs.</summary>
    public bool IsIdentical => results.All(result => result.RunsAgree && TranscriptDiff.Between(results[0].Lines, result.Lines).Count == 0);

    /// <summary>The table, then <c>identical: yes</c> or <c>identical: no</c> with the differences.</summary>
    public void WriteText(TextWriter output)
    {
        output.Write($"{setup.Recording}, {Number(results[0].AudioSeconds, "F1")} s. {setup}\n\n");
        Columns.Write(output, Devices());
        output.Write("\nThe median run by stages, which overlap:\n");
        Columns.Write(output, Stages(), "  ");
        output.Write($"\nidentical: {(IsIdentical ? "yes" : "no")}\n");
        foreach (string line in Differences())
            output.Write(line + "\n");
    }

    /// <summary>Writes <c>report.md</c>, <c>chart.svg</c> and <c>results.json</c>.</summary>
    public void Save(string folder)
    {
        AtomicFile.Write(Path.Combine(folder, "report.md"), WriteMarkdown);
        AtomicFile.Write(Path.Combine(folder, "chart.svg"), output => BenchChart.Write(results, output));
        AtomicFile.Write(Path.Combine(folder, "results.json"), output => DeviceJson.Write(output, new
        {
            setup.Recording,
            setup.Runs,
            Mode = DeviceJson.NameOf(setup.Mode),
            OnnxRuntime = DeviceManager.RuntimeVersion,
            Identical = IsIdentical,
            Devices = results.Select(result => new
            {
                result.Device,
                result.Hardware,
                result.AudioSeconds,
                result.LoadSeconds,
                result.RunSeconds,
                result.Seconds,
                result.Rtf,
                result.Stages,
                result.PeakMemoryBytes,
            }),
        }));
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private void WriteMarkdown(TextWriter output)
    {
        output.Write($"# Benchmark: {setup.Recording}, {Number(results[0].AudioSeconds, "F1")} s\n\n{setup} ONNX Runtime {DeviceManager.RuntimeVersion} on {RuntimeInformation.OSDescription}.\n\n");
        WriteTable(output, Devices());
        output.Write("\n![Times real time](chart.svg)\n\n");
        output.Write("## Stages\n\nThe median run. Stages overlap, so they add up to more than the whole.\n\n");
        WriteTable(output, Stages());
        output.Write($"\n## Transcripts\n\nidentical: {(IsIdentical ? "yes" : "no")}\n");
        IReadOnlyList<string> differences = Differences();
        if (differences.Count > 0)
            output.Write($"\n```diff\n{string.Join('\n', differences)}\n```\n");
    }

    private static void WriteTable(TextWriter output, List<string[]> rows)
    {
        for (int i = 0; i < rows.Count; i++)
        {
            output.Write($"| {string.Join(" | ", rows[i].Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n");
            if (i == 0)
                output.Write($"|{string.Concat(rows[i].Select((_, column) => column < 2 ? "---|" : "---:|"))}\n");
        }
    }

    private List<string[]> Devices()
    {
        List<string[]> rows = [["Device", "Hardware", "Seconds", "RTF", "Times real time", "Speed-up", "Load (s)", "Peak memory"]];
        foreach (BenchResult result in results)
        {
            rows.Add(
            [
                result.Device,
                result.Hardware,
                Number(result.Seconds, "F2"),
                Number(result.Rtf, "F4"),
                Number(1 / result.Rtf, "F1"),
                Ratio.Of(results[0].Seconds / result.Seconds),
                Number(result.LoadSeconds, "F2"),
                Size.Of(result.PeakMemoryBytes),
            ]);
        }

        return rows;
    }

    private List<string[]> Stages()
        =>
        [
            ["Stage (s)", .. results.Select(result => result.Device)],
            .. results[0].Stages.Select(stage => (string[])
            [
                stage.Stage,
                .. results.Select(result => result.Stages.FirstOrDefault(other => other.Stage.Equals(stage.Stage, StringComparison.Ordinal)) is { } other ? Number(other.Seconds, "F2") : "-"),
            ]),
        ];

    private List<string> Differences()
    {
        List<string> lines = [];
        foreach (BenchResult result in results)
        {
            if (!result.RunsAgree)
                lines.Add($"{result.Device}: its own runs differ from each other");
            IReadOnlyList<string> differences = TranscriptDiff.Between(results[0].Lines, result.Lines);
            if (differences.Count > 0)
                lines.AddRange([$"{result.Device} against {results[0].Device}:", .. differences]);
        }

        return lines;
    }
}
