using Parley.Features;

namespace Parley.Vad;

/// <summary>
/// One recording: collects rows until a block is full, scores the block, feeds the state machine. Blocks lie at fixed frames, so the segments do
/// not depend on how the frames are pushed. Memory: one block of rows.
/// </summary>
internal sealed class FsmnVadStream : IVoiceActivityStream
{
    /// <summary>Frames in a minute, the chunks of <see cref="SilenceProfile.ChunkGrid"/>.</summary>
    private const int ChunkFrames = 6000;

    /// <summary>
    /// The first chunk of the grid ends so many frames before the minute: 960 000 samples hold 5998 frames, and two rows wait for frames to their right.
    /// </summary>
    private const int ChunkLag = 4;

    /// <summary>Frames that the reference needs to say anything: with less, it has no row with its right context.</summary>
    private const int MinFrames = 3;

    private readonly FsmnVadModel _model;
    private readonly Cmvn _cmvn;
    private readonly VadStateMachine _machine;
    private readonly LfrStream _lfr = new(FsmnVadModel.MelBins, FsmnVadModel.LfrM, FsmnVadModel.LfrN);
    private readonly float[][] _caches;
    private readonly bool _chunks;
    private readonly float[] _rows;
    private readonly float[] _silence;
    private readonly float[] _levels; // of frames from the state machine's next one on
    private int _rowCount;
    private int _levelCount;
    private long _frames;
    private bool _over; // completed, or a block failed on the way

    public FsmnVadStream(FsmnVadModel model, Cmvn cmvn, VadOptions options)
    {
        _model = model;
        _cmvn = cmvn;
        _machine = new VadStateMachine(options);
        _caches = model.NewCaches();
        _chunks = options.Profile == SilenceProfile.ChunkGrid;
        _rows = new float[options.BlockFrames * FsmnVadModel.FeatureSize];
        _silence = new float[options.BlockFrames];
        // Frames whose rows still wait for their right context come on top of a block.
        _levels = new float[options.BlockFrames + FsmnVadModel.LfrM];
    }

    /// <inheritdoc/>
    public long EarliestOpenFrame => _machine.EarliestOpenFrame;

    /// <inheritdoc/>
    public IReadOnlyList<VadSegment> Push(ReadOnlySpan<float> fbank, ReadOnlySpan<float> decibels, CancellationToken cancellationToken)
    {
        ThrowIfOver();
        ArgumentOutOfRangeException.ThrowIfNotEqual(fbank.Length, decibels.Length * FsmnVadModel.MelBins);
        List<VadSegment> segments = [];
        for (int frame = 0; frame < decibels.Length; frame++)
        {
            // The block is run when the next row comes, so that the last block of a recording is never empty.
            if (_rowCount == _silence.Length)
                ScoreBlock(isLast: false, segments, cancellationToken);
            _levels[_levelCount++] = decibels[frame];
            _rowCount += _lfr.Push(fbank.Slice(frame * FsmnVadModel.MelBins, FsmnVadModel.MelBins), _rows.AsSpan(_rowCount * FsmnVadModel.FeatureSize));
            _frames++;
        }

        return segments;
    }

    /// <inheritdoc/>
    public IReadOnlyList<VadSegment> Complete(CancellationToken cancellationToken)
    {
        ThrowIfOver();
        List<VadSegment> segments = [];
        if (_frames < MinFrames)
        {
            _over = true;
            return segments;
        }

        int waiting = _lfr.RowsAtEnd;
        float[] last = new float[waiting * FsmnVadModel.FeatureSize];
        _lfr.Complete(last);
        for (int row = 0; row < waiting; row++)
        {
            if (_rowCount == _silence.Length)
                ScoreBlock(isLast: false, segments, cancellationToken);
            last.AsSpan(row * FsmnVadModel.FeatureSize, FsmnVadModel.FeatureSize).CopyTo(_rows.AsSpan(_rowCount * FsmnVadModel.FeatureSize));
            _rowCount++;
        }

        ScoreBlock(isLast: true, segments, cancellationToken);
        _over = true;
        return segments;
    }

    private void ScoreBlock(bool isLast, List<VadSegment> segments, CancellationToken cancellationToken)
    {
        // Frames are lost when the run below fails; what came after them would be wrong.
        _over = true;
        Memory<float> rows = _rows.AsMemory(0, _rowCount * FsmnVadModel.FeatureSize);
        Span<float> silence = _silence.AsSpan(0, _rowCount);
        _cmvn.Apply(rows.Span);
        _model.Score(rows, _caches, silence, cancellationToken);
        for (int row = 0; row < silence.Length; row++)
        {
            if (_chunks && (_machine.NextFrame + ChunkLag) % ChunkFrames == 0)
                _machine.StartChunk();
            _machine.Push(silence[row], _levels[row], isLast && row == silence.Length - 1, segments);
        }

        _levelCount -= _rowCount;
        Array.Copy(_levels, _rowCount, _levels, 0, _levelCount);
        _rowCount = 0;
        _over = false;
    }

    private void ThrowIfOver()
    {
        if (_over)
            throw new InvalidOperationException("The recording was completed, or a block of it failed; open a new stream.");
    }
}
