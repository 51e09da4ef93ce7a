using Parley.Asr;
using Parley.Audio;
using Parley.Features;
using Parley.Inference;
using Parley.Models;

namespace Parley.Optimization;

/// <summary>Speech of several lengths, alone and padded in a batch; tokens and times of what the recogniser hears in it.</summary>
internal sealed class AsrProbe : StageProbe
{
    // Seconds of the segments in each run.
    private static readonly double[][] Runs = [[1.0], [4.0], [11.0], [2.5, 6.0]];

    private readonly List<Batch> _batches = [];
    private readonly ModelSession? _hotwords;

    public AsrProbe(AsrModelFiles files, float[] samples)
    {
        Cmvn cmvn = Cmvn.Load(files.CmvnPath, ParaformerModel.FeatureSize);
        FbankExtractor fbank = new(FbankOptions.Asr);
        int at = 0;
        foreach (double[] seconds in Runs)
        {
            List<float[]> segments = [];
            foreach (double length in seconds)
            {
                int count = Math.Min((int)(length * AudioClock.SampleRateHz), samples.Length);
                at = at + count > samples.Length ? 0 : at;
                segments.Add(Rows(fbank.Compute(samples.AsSpan(at, count)), cmvn));
                at += count;
            }

            _batches.Add(Batch.Of(segments));
        }

        string hotwords = Path.Combine(files.Directory, "model_eb.onnx");
        _hotwords = File.Exists(hotwords) ? ModelSession.Load(hotwords, new InferenceOptions { Threads = 1, UseOptimized = false }) : null;
    }

    public override string DecisionName => "tokens and times";

    public override ProbeAnswer Ask(ModelSession session, CancellationToken cancellationToken)
    {
        ParaformerModel model = new(session, _hotwords);
        List<string> decisions = [];
        List<float[]> scores = [];
        foreach (Batch batch in _batches)
        {
            using ParaformerOutput output = model.Run(batch.Speech, batch.Lengths, batch.Frames, cancellationToken);
            for (int item = 0; item < batch.Lengths.Length; item++)
            {
                scores.Add(output.Logits(item).ToArray());
                decisions.AddRange(Decide(model, output, item, batch.Lengths[item]));
            }
        }

        return new ProbeAnswer(decisions, scores);
    }

    protected override void Dispose(bool disposing)
    {
        _hotwords?.Dispose();
        base.Dispose(disposing);
    }

    private static IEnumerable<string> Decide(ParaformerModel model, ParaformerOutput output, int item, int frames)
    {
        const int MillisecondsOfFrame = 60;
        int[] ids = new int[output.TokenCount(item)];
        bool isFinite = GreedyDecoder.TryDecode(output.Logits(item), output.Classes, ids, new float[ids.Length]);
        TokenTime[] times = new TokenTime[ids.Length];
        if (model.HasTimestamps)
            TokenTimes.FromCif(output.Alphas(item), output.Peaks(item), output.UpsampleTimes, frames * MillisecondsOfFrame, times);
        return isFinite ? ids.Zip(times, (id, time) => $"{id} {time.StartMs}-{time.EndMs}") : ["scores that are no numbers"];
    }

    private static float[] Rows(float[] frames, Cmvn cmvn)
    {
        float[] rows = new float[Lfr.CountRows(frames.Length / ParaformerModel.MelBins, ParaformerModel.LfrN) * ParaformerModel.FeatureSize];
        Lfr.Stack(frames, ParaformerModel.MelBins, ParaformerModel.LfrM, ParaformerModel.LfrN, rows);
        cmvn.Apply(rows);
        return rows;
    }

    private sealed record Batch(float[] Speech, int[] Lengths, int Frames)
    {
        public static Batch Of(List<float[]> segments)
        {
            int stride = segments.Max(segment => segment.Length);
            float[] speech = new float[stride * segments.Count];
            for (int i = 0; i < segments.Count; i++)
                segments[i].CopyTo(speech, i * stride);
            return new Batch(speech, [.. segments.Select(segment => segment.Length / ParaformerModel.FeatureSize)], stride / ParaformerModel.FeatureSize);
        }
    }
}
