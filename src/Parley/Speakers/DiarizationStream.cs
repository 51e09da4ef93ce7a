using System.Runtime.InteropServices;
using Parley.Asr;
using Parley.Inference;

namespace Parley.Speakers;

/// <summary>Windows, their embeddings, and the features of the windows that wait for a full batch. 192 numbers and three more stay of each 0.75 s of speech.</summary>
internal sealed class DiarizationStream(CampPlusModel model, SpeakerFeatures features, DiarizationOptions options) : IDiarizationStream
{
    private readonly int _windowValues = features.Frames * features.Bins;
    private readonly int _batch = Math.Min(options.BatchWindows, model.MaxBatch);
    private readonly List<SpeakerWindow> _windows = [];
    private readonly List<float> _embeddings = [];
    private readonly float[] _padded = new float[SpeakerWindow.FullLength];
    private readonly float[] _waiting = new float[Math.Min(options.BatchWindows, model.MaxBatch) * features.Frames * features.Bins];
    private int _waitingCount;

    /// <inheritdoc/>
    public void Push(SpeechSegment segment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segment);
        if (_windows.Count > 0 && segment.Bounds.StartMs < _windows[^1].SegmentStartMs)
            throw new ArgumentException($"Segments must come in time order: {segment.Bounds.StartMs} ms after {_windows[^1].SegmentStartMs} ms.", nameof(segment));
        foreach (SpeakerWindow window in SpeakerWindow.Cut(segment.Bounds.StartMs, segment.Samples.Length))
        {
            if (_waitingCount == _batch)
                EmbedWaiting(cancellationToken);
            features.Compute(segment.Samples.Span, window, _padded, _waiting.AsSpan(_waitingCount * _windowValues, _windowValues));
            _waitingCount++;
            _windows.Add(window);
        }
    }

    /// <inheritdoc/>
    public VoiceEmbeddings Embeddings(CancellationToken cancellationToken)
    {
        EmbedWaiting(cancellationToken);
        return new VoiceEmbeddings([.. _windows], _embeddings.ToArray(), model.Dim);
    }

    /// <inheritdoc/>
    public Diarization Complete(SpeakerCount count, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(count);
        SpeakerBounds.Check(count);
        return Embeddings(cancellationToken).Group(count, options, cancellationToken);
    }

    // When the model fails, the windows go on waiting: windows and embeddings never part.
    private void EmbedWaiting(CancellationToken cancellationToken)
    {
        if (_waitingCount == 0)
            return;
        int before = _embeddings.Count;
        CollectionsMarshal.SetCount(_embeddings, before + (_waitingCount * model.Dim));
        try
        {
            BatchHalving.Run([.. Enumerable.Range(0, _waitingCount)], windows =>
            {
                model.Embed(
                    _waiting.AsMemory(windows[0] * _windowValues, windows.Count * _windowValues),
                    CollectionsMarshal.AsSpan(_embeddings).Slice(before + (windows[0] * model.Dim), windows.Count * model.Dim),
                    cancellationToken);
                return windows;
            });
            _waitingCount = 0;
        }
        finally
        {
            if (_waitingCount > 0)
                CollectionsMarshal.SetCount(_embeddings, before);
        }
    }
}
