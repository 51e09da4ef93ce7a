namespace Parley.Inference;

/// <summary>Runs batches that may be too large for a device's memory: halves them until they fit.</summary>
public static class BatchHalving
{
    private static readonly AsyncLocal<bool> Halvable = new();

    /// <summary>Whether the run in progress would be repeated with half the batch if memory ran out.</summary>
    internal static bool CallerCanHalve => Halvable.Value;

    /// <summary>
    /// Runs a batch. When memory runs out the halves are run one after the other, down to single items; a single item that does not
    /// fit goes to the next device, as any other failure does.
    /// </summary>
    /// <param name="batch">Items in any order.</param>
    /// <param name="run">Runs a batch, one result per item in the same order. Must be repeatable.</param>
    /// <returns>One result per item of <paramref name="batch"/>, in its order.</returns>
    /// <exception cref="InferenceException">The run failed on every device that may be used.</exception>
    public static IReadOnlyList<TResult> Run<TItem, TResult>(IReadOnlyList<TItem> batch, Func<IReadOnlyList<TItem>, IReadOnlyList<TResult>> run)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(run);
        bool outer = Halvable.Value;
        try
        {
            Halvable.Value = batch.Count > 1;
            return run(batch);
        }
        catch (InferenceException error) when (error.Fault == InferenceFault.OutOfMemory && batch.Count > 1)
        {
            InferenceScope.Current?.AddNotice($"Memory ran out on {error.Device}, so batches were halved.");
        }
        finally
        {
            Halvable.Value = outer;
        }

        int half = batch.Count / 2;
        return [.. Run([.. batch.Take(half)], run), .. Run([.. batch.Skip(half)], run)];
    }
}
