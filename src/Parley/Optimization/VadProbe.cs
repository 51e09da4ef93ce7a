using Parley.Audio;
using Parley.Features;
using Parley.Inference;
using Parley.Models;
using Parley.Vad;

namespace Parley.Optimization;

/// <summary>A recording; the segments that the detector finds in it.</summary>
internal sealed class VadProbe : StageProbe
{
    private const int RowValues = 400;

    private readonly Cmvn _cmvn;
    private readonly VadOptions _options;
    private readonly float[] _frames, _decibels;

    public VadProbe(VadModelFiles files, float[] samples)
    {
        FbankExtractor fbank = new(FbankOptions.Asr);
        _cmvn = Cmvn.Load(files.CmvnPath, RowValues);
        _options = files.Config.SilenceColumns is { } columns ? VadOptions.Classic with { SilenceColumns = columns } : VadOptions.Classic;
        _frames = fbank.Compute(samples);
        _decibels = [.. Enumerable.Range(0, _frames.Length / fbank.Dim)
            .Select(frame => FrameLevel.Decibels(samples.AsSpan(frame * AudioClock.FrameShiftSamples, AudioClock.FrameSamples)))];
    }

    public override string DecisionName => "segments";

    public override ProbeAnswer Ask(ModelSession session, CancellationToken cancellationToken)
    {
        // Not disposed: the session stays the caller's.
        IVoiceActivityStream stream = new FsmnVadDetector(session, _cmvn, _options).OpenStream();
        VadSegment[] segments = [.. stream.Push(_frames, _decibels, cancellationToken), .. stream.Complete(cancellationToken)];
        return new ProbeAnswer([[.. segments.Select(segment => $"{segment.StartMs}-{segment.EndMs}")]], Scores(ModelStage.Vad, session, "logits", cancellationToken));
    }
}
