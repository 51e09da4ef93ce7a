using Microsoft.Extensions.Logging;
using Parley.Audio;
using Parley.Speakers;
using Parley.Transcripts;

namespace Parley.Server.Workers;

/// <summary>Does one order with a pipeline, in whichever process it is.</summary>
internal static class OrderRunner
{
    /// <summary>Makes the transcript: from a saved analysis where there is one that can be used, else from the recording.</summary>
    /// <param name="pipeline">Loaded.</param>
    /// <param name="order">What to do.</param>
    /// <param name="progress">Told from several threads.</param>
    /// <param name="logger">Told about analyses that cannot be read or written: nobody's job fails for those.</param>
    /// <param name="cancellationToken">Stops all stages.</param>
    public static async Task<Transcript> RunAsync(
        TranscriptionPipeline pipeline, WorkOrder order, IProgress<TranscriptionProgress> progress, ILogger logger, CancellationToken cancellationToken)
    {
        TranscriptionRequest request = new() { Diarize = true, Speakers = order.Speakers, Recognition = order.Recognition, KnownVoices = Enrol(pipeline, order, cancellationToken) };
        if (order.AnalysisPath is { } saved && Load(saved, pipeline.Bundle.Name, order.JobId, logger) is { } known)
            return pipeline.Complete(known, request, cancellationToken);

        using AudioSource audio = AudioFile.Open(order.AudioPath, order.FileName, new AudioOptions(), cancellationToken);
        RecordingAnalysis analysis = await pipeline.AnalyzeAsync(audio, embedVoices: true, order.Recognition, progress, cancellationToken);
        if (order.SaveAnalysisTo is { } path)
            Save(analysis, path, order.JobId, logger);
        return pipeline.Complete(analysis, request, cancellationToken);
    }

    // First of all: a reference in which nobody speaks is told before hours of work.
    private static IReadOnlyList<KnownVoice> Enrol(TranscriptionPipeline pipeline, WorkOrder order, CancellationToken cancellationToken)
    {
        if (order.VoicesPath is not { } path)
            return [];
        try
        {
            return [.. VoiceSamples.Read(path).Select(sample => pipeline.EnrolVoice(sample.Name, new PcmSource(sample.Samples), cancellationToken))];
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new AudioDecodeException(AudioFault.Damaged, $"The reference voices are no longer on the server's disk as they were: {error.Message} Send the file again.", error);
        }
    }

    private static RecordingAnalysis? Load(string path, string bundle, Guid jobId, ILogger logger)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            RecordingAnalysis analysis = RecordingAnalysis.Load(stream);
            if (string.Equals(analysis.Bundle, bundle, StringComparison.Ordinal))
                return analysis;
            logger.AnalysisUnusable(jobId, $"it was made with the bundle {analysis.Bundle}, not with {bundle}");
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            logger.AnalysisUnusable(jobId, error.Message);
        }

        return null;
    }

    // A reader sees the whole file or none.
    private static void Save(RecordingAnalysis analysis, string path, Guid jobId, ILogger logger)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                analysis.Save(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            logger.AnalysisNotSaved(jobId, error.Message);
            try
            {
                File.Delete(temporary);
            }
            catch (Exception second) when (second is IOException or UnauthorizedAccessException)
            {
                logger.AnalysisNotSaved(jobId, second.Message);
            }
        }
    }
}
