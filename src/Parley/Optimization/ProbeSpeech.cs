using Parley.Asr;
using Parley.Audio;
using Parley.Features;
using Parley.Vad;

namespace Parley.Optimization;

/// <summary>Stretches of a recording for recognisers: of several lengths, alone and together.</summary>
internal static class ProbeSpeech
{
    // Seconds of the segments in each run.
    private static readonly double[][] Runs = [[1.0], [4.0], [11.0], [2.5, 6.0]];

    /// <summary>The segments of each run.</summary>
    /// <param name="samples">A recording, mono at 16 kHz; taken from its start again where it ends.</param>
    public static List<SpeechSegment[]> Of(float[] samples)
    {
        FbankExtractor fbank = new(FbankOptions.Asr);
        List<SpeechSegment[]> runs = [];
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

            runs.Add([.. segments]);
        }

        return runs;
    }
}
