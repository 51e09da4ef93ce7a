using System.Buffers;
using Parley.Features;

namespace Parley.Asr;

/// <summary>Segments as rows for an encoder: stacked, normalised, padded with zeros to one length, in a rented buffer.</summary>
internal sealed class EncoderBatch : IDisposable
{
    /// <summary>Fbank frames stacked in one encoder frame.</summary>
    public const int LfrM = 7;

    /// <summary>Fbank frames between two encoder frames: 60 ms.</summary>
    public const int LfrN = 6;

    /// <summary>Mel bins of one fbank frame.</summary>
    public const int MelBins = 80;

    /// <summary>Values of one encoder frame.</summary>
    public const int FeatureSize = LfrM * MelBins;

    private readonly int _size;
    private float[]? _buffer;

    /// <summary>Takes the segments that have frames at all; at least one has.</summary>
    /// <param name="batch">Segments.</param>
    /// <param name="positions">Positions of those with frames, from <see cref="Positions"/>.</param>
    /// <param name="cmvn">Normalisation of rows.</param>
    /// <param name="padFrames">The length to which rows of a length are padded.</param>
    public EncoderBatch(IReadOnlyList<SpeechSegment> batch, int[] positions, Cmvn cmvn, Func<int, int> padFrames)
    {
        Lengths = [.. positions.Select(position => Lfr.CountRows(FrameCount(batch[position]), LfrN))];
        Frames = padFrames(Lengths.Max());
        int stride = Frames * FeatureSize;
        _size = checked(stride * positions.Length);
        _buffer = ArrayPool<float>.Shared.Rent(_size);
        for (int i = 0; i < positions.Length; i++)
        {
            Span<float> padded = _buffer.AsSpan(i * stride, stride), rows = padded[..(Lengths[i] * FeatureSize)];
            Lfr.Stack(batch[positions[i]].Fbank.Span, MelBins, LfrM, LfrN, rows);
            cmvn.Apply(rows);
            padded[rows.Length..].Clear();
        }
    }

    /// <summary>Rows, row-major, shape [segments, frames, 560].</summary>
    public Memory<float> Speech => (_buffer ?? throw new ObjectDisposedException(nameof(EncoderBatch))).AsMemory(0, _size);

    /// <summary>Rows of each segment, shape [segments].</summary>
    public int[] Lengths { get; }

    /// <summary>Rows that each segment is padded to.</summary>
    public int Frames { get; }

    /// <summary>Positions of the segments that are long enough to have a frame.</summary>
    public static int[] Positions(IReadOnlyList<SpeechSegment> batch) => [.. Enumerable.Range(0, batch.Count).Where(position => FrameCount(batch[position]) > 0)];

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            ArrayPool<float>.Shared.Return(buffer);
    }

    private static int FrameCount(SpeechSegment segment) => segment.Fbank.Length / MelBins;
}
