using System.Globalization;
using Parley.Asr;
using Parley.Features;
using Parley.Inference;
using Parley.Models;

namespace Parley.Optimization;

/// <summary>Speech of several lengths, alone and padded in a batch; tokens and times of what the recogniser hears in it.</summary>
internal sealed class AsrProbe : StageProbe
{
    private readonly List<SpeechSegment[]> _batches;
    private readonly Cmvn _cmvn;
    private readonly ModelSession? _hotwords;

    public AsrProbe(AsrModelFiles files, float[] samples)
    {
        _batches = ProbeSpeech.Of(samples);
        _cmvn = Cmvn.Load(files.CmvnPath, EncoderBatch.FeatureSize);
        _hotwords = files.HotwordModelPath is { } path ? ModelSession.Load(path, new InferenceOptions { Threads = 1, UseOptimized = false }) : null;
    }

    public override string DecisionName => "tokens";

    public override ProbeAnswer Ask(ModelSession session, CancellationToken cancellationToken)
    {
        ParaformerModel model = new(session);
        HotwordRows? none = model.HotwordSize is { } size && _hotwords is not null ? HotwordEmbedding.Rows(_hotwords, size, [], cancellationToken) : null;
        List<string[]> tokens = [];
        List<int[]> times = [];
        List<float[]> scores = [];
        foreach (SpeechSegment[] batch in _batches)
        {
            using EncoderBatch rows = new(batch, EncoderBatch.Positions(batch), _cmvn, static frames => frames);
            using ParaformerOutput output = model.Run(rows, none, cancellationToken);
            for (int item = 0; item < batch.Length; item++)
            {
                scores.Add(output.Logits(item).ToArray());
                Decide(model, output, item, rows.Lengths[item], tokens, times);
            }
        }

        return new ProbeAnswer(tokens, scores) { Times = times };
    }

    protected override void Dispose(bool disposing)
    {
        _hotwords?.Dispose();
        base.Dispose(disposing);
    }

    private static void Decide(ParaformerModel model, ParaformerOutput output, int item, int frames, List<string[]> tokens, List<int[]> times)
    {
        const int MillisecondsOfFrame = 60;
        int[] ids = new int[output.TokenCount(item)];
        bool isFinite = GreedyDecoder.TryDecode(output.Logits(item), output.Classes, ids, new float[ids.Length]);
        TokenTime[] found = new TokenTime[ids.Length];
        if (model.HasTimestamps)
            TokenTimes.FromCif(output.Alphas(item), output.Peaks(item), output.UpsampleTimes, frames * MillisecondsOfFrame, found);
        tokens.Add(isFinite ? [.. ids.Select(id => id.ToString(CultureInfo.InvariantCulture))] : ["scores that are no numbers"]);
        times.Add([.. found.SelectMany(time => new[] { time.StartMs, time.EndMs })]);
    }
}
