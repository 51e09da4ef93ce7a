using System.Diagnostics;
using System.Globalization;
using Parley.Cli.Transcribing;
using Parley.Models;
using Parley.Transcripts;

namespace Parley.Cli.Devices;

/// <summary>Benchmarks the pipeline on one device.</summary>
/// <param name="Bundle">The models.</param>
/// <param name="Audio">The recording.</param>
/// <param name="Runs">Runs that count.</param>
/// <param name="Threads">Threads of the CPU; null lets the program choose.</param>
/// <param name="UseOptimized">Whether the CPU may run rewritten networks.</param>
/// <param name="Tell">Told how it goes.</param>
internal sealed record BenchTrial(ModelBundle Bundle, string Audio, int Runs, int? Threads, bool UseOptimized, Action<string> Tell)
{
    /// <summary>Runs once to warm up (drivers compile then), and so many times more; writes the transcript in all formats.</summary>
    /// <param name="device">Name of the device.</param>
    /// <param name="folder">Receives <c>transcript.txt</c>, <c>.json</c>, <c>.sentences.txt</c> and the others.</param>
    /// <param name="cancellationToken">Ends a run in progress.</param>
    /// <exception cref="Inference.InferenceException">The device is not there, or failed.</exception>
    public async Task<BenchResult> RunAsync(string device, string folder, CancellationToken cancellationToken)
    {
        using DevicePipeline pipeline = new(Bundle, device, Threads, UseOptimized, Tell);
        Transcript first = await pipeline.TranscribeAsync(Audio, cancellationToken);
        IReadOnlyList<string> lines = TranscriptDiff.Lines(first);
        List<Transcript> results = [];
        bool agree = true;
        for (int run = 1; run <= Runs; run++)
        {
            Transcript result = await pipeline.TranscribeAsync(Audio, cancellationToken);
            Tell(string.Create(CultureInfo.InvariantCulture, $"{device}: run {run} of {Runs}, {result.Receipt.WallSeconds:F2} s, RTF {result.Receipt.Rtf:F4}"));
            agree &= TranscriptDiff.Between(lines, TranscriptDiff.Lines(result)).Count == 0;
            results.Add(result);
        }

        TranscriptDocument document = TranscriptDocument.ForFile(Audio, TimeProvider.System);
        foreach (TranscriptFormat format in Enum.GetValues<TranscriptFormat>())
            AtomicFile.WriteBytes(Path.Combine(folder, "transcript" + TranscriptWriter.FileExtension(format)), output => TranscriptWriter.Write(first, format, document, output));

        (Transcript lower, Transcript upper) = Median.Middle(results, result => result.Receipt.WallSeconds);
        using Process self = Process.GetCurrentProcess();
        return new BenchResult
        {
            Device = device,
            Hardware = pipeline.Hardware,
            AudioSeconds = first.Duration.TotalSeconds,
            LoadSeconds = pipeline.LoadTime.TotalSeconds,
            RunSeconds = [.. results.Select(result => result.Receipt.WallSeconds)],
            Stages = [.. lower.Receipt.Stages.Zip(upper.Receipt.Stages, (one, other) => new BenchStage(one.Stage, one.Device, (one.Seconds + other.Seconds) / 2))],
            PeakMemoryBytes = self.PeakWorkingSet64,
            Lines = lines,
            RunsAgree = agree,
        };
    }
}
