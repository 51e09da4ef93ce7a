using Parley.Cli.Terminals;
using Parley.Transcripts;

namespace Parley.Cli.Transcribing;

/// <summary>How a run of the command behaves.</summary>
/// <param name="IncludeWords">Whether JSON holds the times of words.</param>
/// <param name="SkipExisting">Whether recordings are left out whose outputs are all there.</param>
/// <param name="KeepExisting">Whether a recording fails, before any work, when one of its outputs is there already.</param>
/// <param name="Quiet">Whether only errors are shown.</param>
/// <param name="Verbose">Whether receipts and stack traces are shown.</param>
internal sealed record TranscribeRunOptions(
    bool IncludeWords = false, bool SkipExisting = false, bool KeepExisting = false, bool Quiet = false, bool Verbose = false)
{
    /// <summary>Language that was asked for, which JSON echoes; null when none was.</summary>
    public string? Language { get; init; }
}

/// <summary>Works through recordings one after the other; one that fails does not stop the others.</summary>
internal sealed class TranscribeRun(ITranscriber transcriber, Terminal terminal, IProgressDisplay display, TranscribeRunOptions options, TimeProvider clock)
{
    private readonly long _start = clock.GetTimestamp();
    private int _done;
    private int _skipped;
    private TimeSpan _audio;

    /// <summary>Transcribes everything that is planned.</summary>
    /// <param name="planned">Recordings and their outputs.</param>
    /// <param name="failures">Receives the names of recordings that fail; may hold some already.</param>
    /// <param name="cancellationToken">Ends the run; outputs that are written stay.</param>
    public async Task RunAsync(IReadOnlyList<PlannedInput> planned, ICollection<string> failures, CancellationToken cancellationToken)
    {
        foreach (PlannedInput item in planned)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (options.SkipExisting && item.Targets.All(target => target.Path is not null && File.Exists(target.Path)))
            {
                _skipped++;
                continue;
            }

            try
            {
                if (options.KeepExisting && item.Targets.FirstOrDefault(target => File.Exists(target.Path)) is { } existing)
                    throw new UsageException($"{existing.Path} exists and is kept. Use --overwrite to replace it, --skip-existing to go on without it, or another --output.");
                Transcript transcript = await display.TrackAsync(
                    item.Input.FileName, progress => transcriber.TranscribeAsync(item.Input, progress, cancellationToken));
                Write(item, transcript);
                Tell(item, transcript);
                _done++;
                _audio += transcript.Duration;
            }
            catch (Exception error) when (error is not OperationCanceledException && !terminal.OutputFailed)
            {
                failures.Add(item.Input.Name);
                terminal.WriteError($"{item.Input.Name}: {ErrorText.Of(error)}");
                if (options.Verbose)
                    terminal.WriteError(error.ToString());
            }
        }
    }

    /// <summary>Says what was done, unless it was a single recording that went well.</summary>
    public void Summarize(IReadOnlyCollection<string> failures)
    {
        if (options.Quiet || _done + _skipped + failures.Count <= 1)
            return;
        TimeSpan wall = clock.GetElapsedTime(_start);
        string speed = wall > TimeSpan.Zero && _audio > TimeSpan.Zero ? $", {_audio / wall:F1} times as fast as it was spoken" : string.Empty;
        string skipped = _skipped > 0 ? $", {_skipped} skipped" : string.Empty;
        terminal.WriteError($"{_done} done, {failures.Count} failed{skipped}: {ProgressEstimate.Clock(_audio)} of audio in {ProgressEstimate.Clock(wall)}{speed}.");
        if (failures.Count > 0)
            terminal.WriteError($"Failed: {string.Join(", ", failures)}");
    }

    private void Write(PlannedInput item, Transcript transcript)
    {
        TranscriptDocument document = TranscriptDocument.ForFile(item.Input.FileName, clock) with { IncludeWords = options.IncludeWords, Language = options.Language };
        foreach (OutputTarget target in item.Targets)
        {
            if (target.Path is { } path)
            {
                AtomicFile.WriteBytes(path, stream => TranscriptWriter.Write(transcript, target.Format, document, stream));
            }
            else
            {
                terminal.Output.Flush();
                TranscriptWriter.Write(transcript, target.Format, document, terminal.OutputBytes);
                terminal.OutputBytes.Flush();
            }
        }
    }

    private void Tell(PlannedInput item, Transcript transcript)
    {
        if (options.Quiet)
            return;
        foreach (string notice in transcript.Receipt.Notices)
            terminal.WriteError($"{item.Input.Name}: note: {ErrorText.OneLine(notice)}");
        if (item.Targets.Any(target => target.Path is not null))
            terminal.WriteError($"{item.Input.Name} -> {string.Join(", ", item.Targets.Select(target => Shown(target.Path!)))}");
        if (options.Verbose)
        {
            foreach (StageReceipt stage in transcript.Receipt.Stages)
                terminal.WriteError($"  {stage.Stage}: {stage.Seconds:F2} s{(stage.Model is null ? string.Empty : $", {stage.Model} on {stage.Device}")}");
            terminal.WriteError($"  all: {transcript.Receipt.WallSeconds:F2} s, RTF {transcript.Receipt.Rtf:F3}, bundle {transcript.Receipt.Bundle}");
        }
    }

    /// <summary>A path as short as it can be said: from here downwards, else in full.</summary>
    private static string Shown(string path)
        => Path.GetRelativePath(Environment.CurrentDirectory, path) is { } relative && !relative.StartsWith("..", StringComparison.Ordinal) ? relative : path;
}
