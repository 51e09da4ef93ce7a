namespace Parley.Features;

/// <summary>
/// <see cref="Lfr.Stack"/> for frames that come in blocks of any size: the same rows as for the whole. A row leaves when its right
/// context has come, or at the end. Keeps less than m frames. Not safe for concurrent calls.
/// </summary>
public sealed class LfrStream
{
    private readonly int _m;
    private readonly int _n;
    private readonly int _left;
    private readonly float[] _kept; // frames [_keptStart, _frames)
    private long _keptStart;
    private long _frames;
    private long _rows;
    private bool _completed;

    /// <summary>Starts on a new recording.</summary>
    /// <param name="dim">Values of one frame.</param>
    /// <param name="m">Frames in a row.</param>
    /// <param name="n">Frames between rows.</param>
    public LfrStream(int dim, int m, int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dim, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(m, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        (Dim, _m, _n, _left) = (dim, m, n, (m - 1) / 2);
        _kept = new float[m * dim];
    }

    /// <summary>Values of one frame.</summary>
    public int Dim { get; }

    /// <summary>Values of one row, m * dim.</summary>
    public int RowDim => _m * Dim;

    /// <summary>Rows that <see cref="Complete"/> will write: those that still wait for frames to their right.</summary>
    public int RowsAtEnd => (int)(((_frames + _n - 1) / _n) - _rows);

    /// <summary>Rows that so many more frames complete.</summary>
    public int CountRows(int frames)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frames);
        // The last frame of row r is r n + m - 1 - left; it must be there.
        long reach = _frames + frames - (_m - _left);
        return reach < 0 ? 0 : (int)((reach / _n) + 1 - _rows);
    }

    /// <summary>Takes the next frames and writes the rows that they complete.</summary>
    /// <param name="frames">Row-major, shape [T, dim], following those pushed before.</param>
    /// <param name="rows">Receives the rows, row-major; at least shape [CountRows(T), m * dim].</param>
    /// <returns>Rows written.</returns>
    /// <exception cref="InvalidOperationException">The recording was completed.</exception>
    public int Push(ReadOnlySpan<float> frames, Span<float> rows)
    {
        if (_completed)
            throw new InvalidOperationException("The recording was completed; open a new stream for the next one.");
        ArgumentOutOfRangeException.ThrowIfNotEqual(frames.Length % Dim, 0);
        int count = CountRows(frames.Length / Dim);
        long seen = _frames + (frames.Length / Dim);
        Write(frames, rows, count, seen - 1);
        Keep(frames, seen);
        return count;
    }

    /// <summary>Ends the recording: the last frame stands in for the missing ones.</summary>
    /// <param name="rows">Receives the remaining rows, at least shape [RowsAtEnd, m * dim].</param>
    /// <returns>Rows written.</returns>
    public int Complete(Span<float> rows)
    {
        _completed = true;
        int count = RowsAtEnd;
        Write([], rows, count, _frames - 1);
        return count;
    }

    private void Write(ReadOnlySpan<float> frames, Span<float> rows, int count, long last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, count * RowDim);
        for (int row = 0; row < count; row++, _rows++)
        {
            for (int k = 0; k < _m; k++)
            {
                long source = Math.Clamp((_rows * _n) + k - _left, 0, last);
                ReadOnlySpan<float> frame = source < _frames
                    ? _kept.AsSpan((int)(source - _keptStart) * Dim, Dim)
                    : frames.Slice((int)(source - _frames) * Dim, Dim);
                frame.CopyTo(rows[(((row * _m) + k) * Dim)..]);
            }
        }
    }

    // Keeps what the next row begins with; with n > m that may lie ahead.
    private void Keep(ReadOnlySpan<float> frames, long seen)
    {
        long start = Math.Clamp((_rows * _n) - _left, 0, seen);
        int old = (int)Math.Max(0, _frames - start);
        _kept.AsSpan((int)(_frames - old - _keptStart) * Dim, old * Dim).CopyTo(_kept);
        frames[((int)Math.Max(0, start - _frames) * Dim)..].CopyTo(_kept.AsSpan(old * Dim));
        (_keptStart, _frames) = (start, seen);
    }
}
