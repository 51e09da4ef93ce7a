using System.Collections.Concurrent;

namespace Parley.Inference.Devices;

/// <summary>
/// Lets one at a time use a provider that keeps state for the whole process. One gate serves the process, not each <see cref="DeviceManager"/>:
/// the provider's state knows nothing of managers. Safe for concurrent use.
/// </summary>
internal static class ProviderGate
{
    private static readonly ConcurrentDictionary<(string Provider, int Index), SemaphoreSlim> Gates = new();

    /// <summary>Waits for the others. Dispose the result when done.</summary>
    /// <param name="provider">ONNX Runtime's name of the provider; backends that use the same one wait for each other.</param>
    /// <param name="index">The card behind it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Turn Enter(string provider, int index, CancellationToken cancellationToken)
    {
        SemaphoreSlim semaphore = Gates.GetOrAdd((provider, index), _ => new SemaphoreSlim(1, 1));
        semaphore.Wait(cancellationToken);
        return new Turn(semaphore);
    }

    /// <summary>The right to use the provider.</summary>
    internal readonly struct Turn(SemaphoreSlim? semaphore) : IDisposable
    {
        public void Dispose() => semaphore?.Release();
    }
}
