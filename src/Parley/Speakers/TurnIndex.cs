namespace Parley.Speakers;

/// <summary>Turns, ready to be asked who speaks in a stretch of time. A question costs the logarithm of the turns plus those that it touches.</summary>
internal sealed class TurnIndex
{
    private readonly double[] _starts, _ends;
    private readonly int[] _speakers;
    private readonly double[] _shares;

    /// <param name="turns">At least one, in time order, never overlapping.</param>
    public TurnIndex(IReadOnlyList<SpeakerTurn> turns)
    {
        _starts = [.. turns.Select(turn => turn.StartSeconds * 1000)];
        _ends = [.. turns.Select(turn => turn.EndSeconds * 1000)];
        _speakers = [.. turns.Select(turn => turn.Speaker)];
        _shares = new double[_speakers.Max() + 1];
    }

    /// <summary>The speaker with the largest total overlap with [startMs, endMs); of equals the first to speak; without overlap that of the closest turn.</summary>
    public int MostOverlapped(double startMs, double endMs)
    {
        int first = FirstEndingAfter(startMs), best = -1;
        for (int i = first; i < _starts.Length && _starts[i] < endMs; i++)
            _shares[_speakers[i]] += Shared(i, startMs, endMs);
        for (int i = first; i < _starts.Length && _starts[i] < endMs; i++)
        {
            if (_shares[_speakers[i]] > (best < 0 ? 0 : _shares[best]))
                best = _speakers[i];
        }

        for (int i = first; i < _starts.Length && _starts[i] < endMs; i++)
            _shares[_speakers[i]] = 0;
        return best >= 0 ? best : Closest(startMs, endMs, first);
    }

    /// <summary>Milliseconds of [startMs, endMs) in which a speaker talks.</summary>
    public double OverlapMs(double startMs, double endMs, int speaker)
    {
        double sum = 0;
        for (int i = FirstEndingAfter(startMs); i < _starts.Length && _starts[i] < endMs; i++)
            sum += _speakers[i] == speaker ? Shared(i, startMs, endMs) : 0;
        return sum;
    }

    private double Shared(int turn, double startMs, double endMs) => Math.Max(Math.Min(_ends[turn], endMs) - Math.Max(_starts[turn], startMs), 0);

    private int Closest(double startMs, double endMs, int first)
    {
        if (first == 0)
            return _speakers[0];
        if (first == _starts.Length)
            return _speakers[^1];
        return startMs - _ends[first - 1] <= _starts[first] - endMs ? _speakers[first - 1] : _speakers[first];
    }

    private int FirstEndingAfter(double timeMs)
    {
        int low = 0, high = _ends.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_ends[middle] > timeMs)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
