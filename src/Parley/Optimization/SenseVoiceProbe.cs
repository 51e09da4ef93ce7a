using System.Globalization;
using Parley.Asr;
using Parley.Features;
using Parley.Inference;
using Parley.Models;

namespace Parley.Optimization;

/// <summary>Speech of several lengths, alone and padded in a batch; labels of the frames that SenseVoice gives.</summary>
internal sealed class SenseVoiceProbe(AsrModelFiles files, float[] samples) : StageProbe
{
    private readonly List<SpeechSegment[]> _batches = ProbeSpeech.Of(samples);
    private readonly Cmvn _cmvn = Cmvn.Load(files.CmvnPath, EncoderBatch.FeatureSize);

    public override string DecisionName => "labels of frames";

    public override ProbeAnswer Ask(ModelSession session, CancellationToken cancellationToken)
    {
        SenseVoiceModel model = new(session);
        List<string[]> decisions = [];
        List<float[]> scores = [];
        foreach (SpeechSegment[] batch in _batches)
        {
            using EncoderBatch rows = new(batch, EncoderBatch.Positions(batch), _cmvn, session.Limits.PadFrames);
            using SenseVoiceOutput output = model.Run(rows, PromptLanguage.Auto, itn: true, cancellationToken);
            for (int item = 0; item < batch.Length; item++)
            {
                int[] ids = new int[output.FrameCount(item)];
                bool isFinite = GreedyDecoder.TryDecode(output.Scores(item), output.Classes, ids, new float[ids.Length]);
                decisions.Add(isFinite ? [.. ids.Select(id => id.ToString(CultureInfo.InvariantCulture))] : ["scores that are no numbers"]);
                scores.Add(output.Scores(item).ToArray());
            }
        }

        return new ProbeAnswer(decisions, scores);
    }
}
