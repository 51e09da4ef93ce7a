namespace Parley.Server.Workers.Pool;

/// <summary>
/// Predicts how much memory a job takes beyond that of an idle worker. Fitted to the peaks that eng/bench-workers.sh measures; docs/workers.md
/// has the figures. Pure arithmetic.
/// </summary>
internal static class JobMemory
{
    // Segments in the queues between stages, windows that wait, decoder and buffers.
    private const long FixedBytes = 96L << 20;

    // Values that the recogniser holds at once for a second of a batch, for each byte of its weights.
    private const double BatchShareOfWeights = 0.01;
    private const long BatchBytesPerSecond = 3L << 20;

    // The program and ONNX Runtime; weights, packed for the processor, and what graphs keep for themselves.
    private const long ProcessBytes = 160L << 20;
    private const double LoadedShareOfFiles = 1.3;

    // Words, times, embeddings, and the transcript as text.
    private const long BytesPerHour = 24L << 20;

    // Compressed speech of low quality: 32 kbit/s. Higher rates make a recording look longer than it is, which only errs on the safe side.
    private const double CompressedBytesPerSecond = 4000, PcmBytesPerSecond = 32_000;

    /// <summary>Bytes beyond those of an idle worker.</summary>
    public static long Predict(TimeSpan length, double batchSeconds, long weightBytes)
        => FixedBytes + (long)(batchSeconds * (BatchBytesPerSecond + (weightBytes * BatchShareOfWeights))) + (long)(length.TotalHours * BytesPerHour);

    /// <summary>Bytes of a pipeline in a process that is there anyway.</summary>
    /// <param name="fileBytes">Bytes of its models' files.</param>
    public static long PredictLoaded(long fileBytes) => (long)(fileBytes * LoadedShareOfFiles);

    /// <summary>Bytes of a worker that has loaded its models and does nothing.</summary>
    /// <param name="fileBytes">Bytes of its models' files.</param>
    public static long PredictIdle(long fileBytes) => ProcessBytes + PredictLoaded(fileBytes);

    /// <summary>The longest that a recording can be, judged by its file alone.</summary>
    public static TimeSpan LongestFor(string path, long bytes)
        => TimeSpan.FromSeconds(bytes / (path.EndsWith(".wav", StringComparison.OrdinalIgnoreCase) ? PcmBytesPerSecond : CompressedBytesPerSecond));
}
