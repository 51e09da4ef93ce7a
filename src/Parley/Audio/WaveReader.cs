using System.Buffers.Binary;

namespace Parley.Audio;

/// <summary>Reads a WAV file (RIFF, RIFX, RF64, BW64) from a stream, front to back. A length of zero or of all ones is that of a stream that did not know it.</summary>
internal sealed class WaveReader : ISampleReader
{
    private const int BufferBytes = 1 << 16; // holds a block of any format
    private const int MaxFormatBytes = 1 << 16;

    private readonly Stream _stream;
    private readonly string _displayName;
    private readonly IDisposable? _owned;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly float[] _interleaved;
    private readonly WaveFormat _format;
    private readonly long? _dataBytes; // null: until the stream ends
    private bool _bigEndian; // RIFX
    private long _readBytes;
    private int _held;

    /// <summary>Reads up to the first sample.</summary>
    /// <param name="stream">Stands at the start of the file.</param>
    /// <param name="displayName">What messages call it.</param>
    /// <param name="owned">Disposed with the reader; null if there is nothing to dispose.</param>
    /// <exception cref="AudioDecodeException">The header is damaged, or the file is shorter than it says.</exception>
    public WaveReader(Stream stream, string displayName, IDisposable? owned)
    {
        (_stream, _displayName, _owned) = (stream, displayName, owned);
        (_format, _dataBytes) = ReadHeader();
        _interleaved = new float[BufferBytes / _format.SampleBytes];
        long? available = _stream.CanSeek ? _stream.Length - _stream.Position : null;
        if (available < _dataBytes)
            throw Truncated(available.Value);
        Duration = (_dataBytes ?? available) is { } bytes ? Time(bytes) : null;
    }

    public int SampleRateHz => _format.SampleRateHz;

    public TimeSpan? Duration { get; }

    public bool DurationIsReliable => true;

    public int Read(Span<float> mono, CancellationToken cancellationToken)
    {
        int blockBytes = _format.BlockBytes;
        int wanted = Math.Min(mono.Length, BufferBytes / blockBytes) * blockBytes;
        if (wanted == 0)
            return 0;
        if (_dataBytes is { } total)
            wanted = (int)Math.Min(wanted, total - _readBytes + _held);
        while (_held < Math.Min(blockBytes, wanted))
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = ReadSome(_buffer.AsSpan(_held, wanted - _held));
            if (read == 0)
                return _readBytes < _dataBytes ? throw Truncated(_readBytes) : 0;
            _held += read;
            _readBytes += read;
        }

        int frames = _held / blockBytes, used = frames * blockBytes;
        if (frames == 0)
            return 0; // the data ends with a part of a block
        if (_bigEndian)
            SampleDecoder.SwapBytes(_buffer.AsSpan(0, used), _format.SampleBytes);
        Span<float> interleaved = _interleaved.AsSpan(0, frames * _format.Channels);
        SampleDecoder.Decode(_format.Encoding, _format.SampleBytes, _buffer.AsSpan(0, used), interleaved);
        SampleDecoder.Mix(interleaved, _format.Channels, mono[..frames]);
        _buffer.AsSpan(used.._held).CopyTo(_buffer);
        _held -= used;
        return frames;
    }

    public void Dispose() => _owned?.Dispose();

    private (WaveFormat Format, long? DataBytes) ReadHeader()
    {
        Span<byte> header = stackalloc byte[28];
        Fill(header[..12]);
        _bigEndian = header.StartsWith("RIFX"u8);
        uint riffSize = Size(header);
        bool wide = header.StartsWith("RF64"u8) || header.StartsWith("BW64"u8);
        long position = 12;
        long? wideDataBytes = null;
        WaveFormat? format = null;
        while (true)
        {
            Fill(header[..8]);
            uint size = Size(header);
            position += 8;
            if (header.StartsWith("data"u8))
            {
                if (format is null)
                    throw Damaged("its samples come before their format");
                return (format.Value, DataBytes(size, wideDataBytes, riffSize, position));
            }

            if (header.StartsWith("fmt "u8))
            {
                format = ReadFormat(size);
            }
            else if (wide && header.StartsWith("ds64"u8) && size >= 28)
            {
                Fill(header); // size of the file, size of the data, number of samples: 8 bytes each; then a table
                wideDataBytes = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
                Skip(size - 28);
            }
            else
            {
                Skip(size);
            }

            Skip(size & 1); // chunks start at even positions
            position += size + (size & 1);
        }
    }

    private WaveFormat ReadFormat(uint size)
    {
        if (size > MaxFormatBytes)
            throw Damaged($"its format chunk has {size:N0} bytes");
        byte[] chunk = new byte[size];
        Fill(chunk);
        if (_bigEndian)
            WaveFormat.SwapBytes(chunk);
        return WaveFormat.Parse(chunk, _displayName) ?? throw new AudioDecodeException(
            AudioFault.NotMedia,
            $"{_displayName} is a WAV file of a kind that cannot be read. Export the recording as 16-bit PCM.");
    }

    private uint Size(ReadOnlySpan<byte> header)
        => _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(header[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);

    private static long? DataBytes(uint size, long? wideDataBytes, uint riffSize, long position)
    {
        if (size == uint.MaxValue && wideDataBytes is { } wide)
            return wide > 0 ? wide : null;
        // Nothing recorded, and a file that knows it: the header counts chunks behind the data.
        if (size == 0 && !WaveFormat.IsUnknownSize(riffSize) && riffSize + 8L > position)
            return 0;
        return WaveFormat.IsUnknownSize(size) ? null : size;
    }

    private int ReadSome(Span<byte> destination)
    {
        try
        {
            return _stream.Read(destination);
        }
        catch (IOException error)
        {
            throw new AudioDecodeException(AudioFault.Damaged, $"{_displayName} cannot be read: {error.Message}", error);
        }
    }

    private void Fill(Span<byte> destination)
    {
        for (int filled = 0, read; filled < destination.Length; filled += read)
        {
            read = ReadSome(destination[filled..]);
            if (read == 0)
                throw Damaged("it ends before its samples begin");
        }
    }

    private void Skip(long bytes)
    {
        while (bytes > 0)
        {
            int read = ReadSome(_buffer.AsSpan(0, (int)Math.Min(bytes, BufferBytes)));
            if (read == 0)
                throw Damaged("it ends before its samples begin");
            bytes -= read;
        }
    }

    private TimeSpan Time(long bytes) => TimeSpan.FromSeconds(bytes / _format.BlockBytes / (double)_format.SampleRateHz);

    private AudioDecodeException Truncated(long bytes) => new(
        AudioFault.Damaged,
        $"{_displayName} is cut off: its header says {Time(_dataBytes ?? 0):c}, and it ends after {Time(bytes):c}. "
            + "Copy it again from where it came; to use what is left, convert it first (ffmpeg -i <file> <copy>.wav).");

    private AudioDecodeException Damaged(string what) => new(AudioFault.Damaged, $"{_displayName} is damaged: {what}. Export the recording again.");
}
