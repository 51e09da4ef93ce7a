using System.Numerics.Tensors;
using Parley.Asr;
using Parley.Audio;
using Parley.Features;
using Parley.Vad;

namespace Parley.Optimization;

/// <summary>Stretches of a recording for recognisers: of several lengths, alone and together, cut in pauses as the pipeline's segments are.</summary>
internal static class ProbeSpeech
{
    // A pause between words lasts longer.
    private const int PauseSamples = AudioClock.SampleRateHz / 10;

    // Seconds of the segments in each run, up to a fifth more or less.
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
                int wished = Math.Min((int)(length * AudioClock.SampleRateHz), samples.Length);
                at = at + wished > samples.Length ? 0 : at;
                int count = QuietPlace(samples, at + (wished * 4 / 5), Math.Min(at + (wished * 6 / 5), samples.Length)) - at;
                float[] part = samples[at..(at + count)];
                segments.Add(new SpeechSegment(segments.Count, new VadSegment(0, count / AudioClock.SamplesPerMillisecond), part, fbank.Compute(part)));
                at += count;
            }

            runs.Add([.. segments]);
        }

        return runs;
    }

    // The middle of the quietest tenth of a second; the end where there is less than that.
    private static int QuietPlace(float[] samples, int from, int end)
    {
        (int place, float least) = (end, float.PositiveInfinity);
        for (int start = from; start + PauseSamples <= end; start += PauseSamples / 4)
        {
            float energy = TensorPrimitives.SumOfSquares(samples.AsSpan(start, PauseSamples));
            if (energy < least)
                (place, least) = (start + (PauseSamples / 2), energy);
        }

        return place;
    }
}
