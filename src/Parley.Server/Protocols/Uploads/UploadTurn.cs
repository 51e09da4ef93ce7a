namespace Parley.Server.Protocols.Uploads;

/// <summary>The right to work on a resumable upload, until it is disposed. Whoever comes later wants it: then <see cref="Token"/> is cancelled.</summary>
internal sealed class UploadTurn(Action leave) : IDisposable
{
    private readonly CancellationTokenSource _giveWay = new();
    private readonly Lock _gate = new();
    private bool _isKept;
    private bool _isOver;

    /// <summary>Cancelled when somebody else wants to go on with the upload.</summary>
    public CancellationToken Token => _giveWay.Token;

    /// <summary>From now on it is not given up: the file is being handed over.</summary>
    /// <returns>False when it has been asked for already.</returns>
    public bool TryKeep()
    {
        lock (_gate)
            _isKept = !_giveWay.IsCancellationRequested;
        return _isKept;
    }

    /// <summary>Somebody else wants it.</summary>
    public void GiveWay()
    {
        lock (_gate)
        {
            if (_isKept || _isOver)
                return;
        }

        try
        {
            _giveWay.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isOver)
                return;
            _isOver = true;
        }

        _giveWay.Dispose();
        leave();
    }
}
