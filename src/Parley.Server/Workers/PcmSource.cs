using System.Buffers.Binary;
using Parley.Audio;

namespace Parley.Server.Workers;

/// <summary>Samples that are in memory, as a recording: mono, 16 kHz, 16 bit.</summary>
internal sealed class PcmSource(ReadOnlyMemory<byte> samples) : AudioSource
{
    private int _read;

    public override TimeSpan? Duration => TimeSpan.FromSeconds(samples.Length / (2.0 * AudioClock.SampleRateHz));

    public override int Read(Span<float> destination, CancellationToken cancellationToken)
    {
        int count = Math.Min(destination.Length, (samples.Length / 2) - _read);
        ReadOnlySpan<byte> bytes = samples.Span[(2 * _read)..];
        for (int i = 0; i < count; i++)
            destination[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]) / 32768f;
        _read += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
    }
}
