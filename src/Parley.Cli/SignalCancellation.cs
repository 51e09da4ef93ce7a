using System.Runtime.InteropServices;

namespace Parley.Cli;

/// <summary>
/// Turns the first Ctrl-C (or request to end) into a cancellation. A second one ends the program at once, and so does time: a read
/// from standard input may wait for ever. Outputs are renamed into place, so an end at any moment leaves no half of one.
/// </summary>
internal sealed class SignalCancellation : IDisposable
{
    private const int SigHup = 1;
    private const int SigInt = 2;
    private const int SigTerm = 15;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _signal;
    private Action? _hangUp;

    public SignalCancellation() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Cancel(context, SigInt)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Cancel(context, SigTerm)),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, HangUp),
    ];

    public CancellationToken Token => _source.Token;

    /// <summary>How long the program may take to end after the first signal.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>128 and the number of the signal: 130 for Ctrl-C.</summary>
    public int ExitCode => Cli.ExitCode.Signal + _signal;

    /// <summary>Until the result is disposed, a hang-up (SIGHUP) calls this and ends nothing, as is usual for servers.</summary>
    public IDisposable OnHangUp(Action action)
    {
        _hangUp = action;
        return new Registration(this);
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void HangUp(PosixSignalContext context)
    {
        if (_hangUp is not { } action)
        {
            Cancel(context, SigHup);
            return;
        }

        context.Cancel = true;
        action();
    }

    private void Cancel(PosixSignalContext context, int signal)
    {
        if (Interlocked.CompareExchange(ref _signal, signal, 0) != 0)
            return;
        context.Cancel = true;
        _ = Task.Delay(Grace).ContinueWith(_ => Environment.Exit(ExitCode), TaskScheduler.Default);
        _source.Cancel();
    }

    private sealed class Registration(SignalCancellation owner) : IDisposable
    {
        public void Dispose() => owner._hangUp = null;
    }
}
