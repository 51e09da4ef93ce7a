using Parley.Server.Workers;

namespace Parley.Server.Jobs;

/// <summary>
/// Hears from the engine how one attempt goes, and tells the watchers: 10 when it is on a slot, then what the engine says, or estimates until it says
/// something. Called from the engine's threads; never throws into them.
/// </summary>
/// <param name="run">The attempt.</param>
/// <param name="board">Tells watchers.</param>
/// <param name="pace">Seconds of work for each second of audio.</param>
/// <param name="onStart">Called once, when the attempt is on a slot.</param>
/// <param name="onKnown">Called once, when the length of the recording is known, or known to be unknown; never for one that ends before that.</param>
/// <param name="onLength">Called once, when the length becomes known.</param>
/// <param name="clock">The clock.</param>
internal sealed class RunProgress(
    JobRun run, JobBoard board, Func<double> pace, Action onStart, Action<WorkProgress> onKnown, Action<TimeSpan> onLength, TimeProvider clock)
    : IProgress<WorkProgress>, IDisposable
{
    private readonly Lock _gate = new();
    private ITimer? _estimates;
    private TimeSpan? _total;
    private double _estimate = ProgressEstimate.Started;
    private bool _hasStarted, _isKnown, _isReal, _isClosed;
    private long _start = clock.GetTimestamp();

    /// <summary>Time on the slot; from the beginning when the engine never said that it started.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            lock (_gate)
                return clock.GetElapsedTime(_start);
        }
    }

    /// <summary>Identity of the models that work on it; null when the engine never said that it started.</summary>
    public string? Model { get; private set; }

    public void Report(WorkProgress value)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            Model = value.Model ?? Model;
            if (!_hasStarted)
            {
                (_hasStarted, _start) = (true, clock.GetTimestamp());
                onStart();
                board.Report(run, ProgressEstimate.Started, ProgressText.At(ProgressEstimate.Started));
            }

            // Engines say first that they have begun, and a moment later what they have before them.
            if (!_isKnown && (value.Total is not null || value.Done > TimeSpan.Zero))
            {
                _isKnown = true;
                onKnown(value);
            }

            if (_total is null && value.Total is { } total && total > TimeSpan.Zero)
            {
                _total = total;
                onLength(total);
                BeginEstimates(total);
            }

            if (value.Settled is { Count: > 0 } settled)
                board.Say(run, settled);
            if (_total is { } length && value.Done > TimeSpan.Zero)
            {
                Expect(Math.Min(1, value.Done / length));
                ReportReal(ProgressEstimate.Real(value.Done, length));
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _estimates?.Dispose();
        }
    }

    // So far, so fast: below a tenth the start of the work weighs too much in that.
    private void Expect(double share)
    {
        const double least = 0.1;
        if (share < least)
            return;
        long now = clock.GetTimestamp();
        board.Expect(run, now + (long)((now - _start) * (1 - share) / share));
    }

    private void ReportReal(int percent)
    {
        _isReal = true;
        _estimates?.Dispose();
        _estimates = null;
        if (percent > run.Percent)
            board.Report(run, percent, ProgressText.At(percent));
    }

    private void BeginEstimates(TimeSpan total)
    {
        if (total <= ProgressEstimate.ShortestAudio)
            return;
        TimeSpan expected = total * pace();
        TimeSpan interval = ProgressEstimate.Interval(expected);
        _estimates = clock.CreateTimer(_ => ReportEstimate(expected), null, interval, interval);
    }

    private void ReportEstimate(TimeSpan expected)
    {
        lock (_gate)
        {
            if (_isClosed || _isReal)
                return;
            _estimate = ProgressEstimate.Next(_estimate, clock.GetElapsedTime(_start), expected);
            board.Report(run, (int)_estimate, ProgressText.At((int)_estimate));
        }
    }
}
