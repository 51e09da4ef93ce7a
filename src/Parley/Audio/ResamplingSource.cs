namespace Parley.Audio;

/// <summary>A reader's samples at 16 kHz, with the limits kept.</summary>
internal sealed class ResamplingSource : AudioSource
{
    private const int BlockSamples = 8192;

    // Containers count an encoder's padding in; the samples themselves are held to the limit exactly.
    private static readonly TimeSpan StatedTolerance = TimeSpan.FromMilliseconds(500);

    private readonly ISampleReader _reader;
    private readonly string _displayName;
    private readonly TimeSpan? _maxDuration;
    private readonly Resampler? _resampler; // null: the rate is right
    private readonly float[] _block = new float[BlockSamples];
    private int _blockStart;
    private int _blockCount;
    private long _samples;
    private bool _ended;

    /// <summary>Takes over the reader, also when it fails.</summary>
    public ResamplingSource(ISampleReader reader, string displayName, AudioOptions options)
    {
        (_reader, _displayName, _maxDuration) = (reader, displayName, options.MaxDuration);
        _resampler = reader.SampleRateHz == AudioClock.SampleRateHz ? null : new Resampler(reader.SampleRateHz);
    }

    public override TimeSpan? Duration => _reader.Duration;

    /// <summary>Reads the first samples, so that what is wrong with a recording shows when it is opened.</summary>
    /// <exception cref="AudioDecodeException">There are none, or the recording is too long by its own account.</exception>
    public void Prime(CancellationToken cancellationToken)
    {
        if (_reader.DurationIsReliable && _reader.Duration > _maxDuration + StatedTolerance)
            throw TooLong($"lasts {_reader.Duration:c}");
        _blockCount = _reader.Read(_block, cancellationToken);
        if (_blockCount == 0)
            throw new AudioDecodeException(AudioFault.Empty, $"{_displayName} holds no samples.");
    }

    public override int Read(Span<float> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (destination.IsEmpty)
            return 0;
        int count;
        while ((count = Take(destination)) == 0 && !_ended)
        {
            _blockStart = 0;
            _blockCount = _reader.Read(_block, cancellationToken);
            if (_blockCount > 0)
                continue;
            _ended = true;
            _resampler?.Complete();
        }

        _samples += count;
        return _maxDuration is { } limit && AudioClock.ToTime(_samples) > limit ? throw TooLong("goes on beyond that") : count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _reader.Dispose();
    }

    private int Take(Span<float> destination)
    {
        ReadOnlySpan<float> block = _block.AsSpan(_blockStart, _blockCount);
        if (_resampler is not null)
        {
            _blockCount = 0;
            if (!block.IsEmpty)
                _resampler.Push(block);
            return _resampler.Read(destination);
        }

        int count = Math.Min(block.Length, destination.Length);
        block[..count].CopyTo(destination);
        _blockStart += count;
        _blockCount -= count;
        return count;
    }

    private AudioDecodeException TooLong(string finding) => new(
        AudioFault.TooLong,
        $"{_displayName} is too long: at most {_maxDuration:c} are accepted, and it {finding}. Split the recording, or raise the limit.");
}
