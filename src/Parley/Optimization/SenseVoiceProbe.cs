using Parley.Asr;
using Parley.Audio;
using Parley.Features;
using Parley.Inference;
using Parley.Models;
using Parley.Vad;

namespace Parley.Optimization;

/// <summary>Speech of several lengths, alone and padded in a batch; labels of the frames that SenseVoice gives.</summary>
internal sealed class SenseVoiceProbe : StageProbe
{
    // Seconds of the segments in each run.
    private static readonly double[][] Runs = [[1.0], [4.0], [11.0], [2.5, 6.0]];

    private readonly List<SpeechSegment[]> _batches = [];
    private readonly Cmvn _cmvn;

    public SenseVoiceProbe(AsrModelFiles files, float[] samples)
    {
        _cmvn = Cmvn.Load(files.CmvnPath, EncoderBatch.FeatureSize);
        FbankExtractor fbank = new(FbankOptions.Asr);
        int at = 0;
        foreach (double[] seconds in Runs)
        {
            List<SpeechSegment> segments = [];
            foreach (double length in seconds)
            {
                int count = Math.Min((int)(length * AudioClock.SampleRateHz), samples.Length);
                at = at + count > samples.Length ? 0 : at;
                float[] part = samples[at..(at + count)];
                segments.Add(new SpeechSegment(segments.Count, new VadSegment(0, count / AudioClock.SamplesPerMillisecond), part, fbank.Compute(part)));
                at += count;
            }

            _batches.Add([.. segments]);
        }
    }

    public override string DecisionName => "labels of frames";

    public override ProbeAnswer Ask(ModelSession session, CancellationToken cancellationToken)
    {
        SenseVoiceModel model = new(session);
        List<string> decisions = [];
        List<float[]> scores = [];
        foreach (SpeechSegment[] batch in _batches)
        {
            using EncoderBatch rows = new(batch, EncoderBatch.Positions(batch), _cmvn, session.Limits.PadFrames);
            using SenseVoiceOutput output = model.Run(rows, PromptLanguage.Auto, itn: true, cancellationToken);
            for (int item = 0; item < batch.Length; item++)
            {
                int[] ids = new int[output.FrameCount(item)];
                bool isFinite = GreedyDecoder.TryDecode(output.Scores(item), output.Classes, ids, new float[ids.Length]);
                decisions.Add(isFinite ? string.Join(' ', ids) : "scores that are no numbers");
                scores.Add(output.Scores(item).ToArray());
            }
        }

        return new ProbeAnswer(decisions, scores);
    }
}
