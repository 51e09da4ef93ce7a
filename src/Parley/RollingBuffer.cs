namespace Parley;

/// <summary>A growing row of values of which the front can be dropped; positions stay those of the whole row. Not safe for concurrent use.</summary>
internal sealed class RollingBuffer
{
    private float[] _values = new float[4096];
    private int _count;

    /// <summary>Position of the first value still held.</summary>
    public long Start { get; private set; }

    /// <summary>Position behind the last value.</summary>
    public long End => Start + _count;

    /// <summary>Adds values at the end.</summary>
    public void Append(ReadOnlySpan<float> values)
    {
        if (_count + values.Length > _values.Length)
            Array.Resize(ref _values, Math.Max(_values.Length * 2, _count + values.Length));
        values.CopyTo(_values.AsSpan(_count));
        _count += values.Length;
    }

    /// <summary>Lets go of the values before a position; nothing happens when they are gone already.</summary>
    public void DropBefore(long position)
    {
        int dropped = (int)Math.Clamp(position - Start, 0, _count);
        // Moving the rest costs time: wait until it is worth it.
        if (dropped < _values.Length / 2)
            return;
        _values.AsSpan(dropped, _count - dropped).CopyTo(_values);
        _count -= dropped;
        Start += dropped;
    }

    /// <summary>The values [start, start + count); valid until the next change.</summary>
    public ReadOnlySpan<float> View(long start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(start, Start);
        return _values.AsSpan((int)(start - Start), count);
    }
}
