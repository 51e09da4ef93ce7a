using System.Buffers.Binary;
using Parley.Asr;
using Parley.Speakers;
using Parley.Tests.Models;
using Parley.Transcripts;
using Parley.Transcripts.Metrics;
using Parley.Vad;

namespace Parley.Tests.Speakers;

/// <summary>The demo model on the sample recordings, whose turns are known to the millisecond.</summary>
public sealed class DemoSpeakerTests
{
    [Theory]
    [InlineData("interview", 2)]
    [InlineData("interview", null)]
    [InlineData("interview-heldout", 2)]
    [InlineData("hello", null)]
    [InlineData("english", null)]
    public void Samples_are_given_to_the_right_speakers(string sample, int? asked)
    {
        using CampPlusDiarizer diarizer = new(DemoModel.Load(DemoModel.Directory("spk")), new DiarizationOptions());
        TranscriptTurn[] truth = Truth(sample);
        float[] samples = Samples(sample);
        IDiarizationStream stream = diarizer.OpenStream();
        for (int i = 0; i < truth.Length; i++)
        {
            VadSegment bounds = new(truth[i].StartMs / 10 * 10, (truth[i].EndMs + 9) / 10 * 10);
            stream.Push(new SpeechSegment(i, bounds, samples.AsMemory()[(bounds.StartMs * 16)..Math.Min(bounds.EndMs * 16, samples.Length)], default), default);
        }

        Diarization found = stream.Complete(new SpeakerCount(asked), default);
        DiarizationError error = DiarizationErrorRate.Compute(truth, TranscriptParts.Turns(found, TranscriptParts.Labels(new string?[found.SpeakerCount])).ToArray());
        TestContext.Current.SendDiagnosticMessage($"{sample}, {asked?.ToString() ?? "number unknown"}: {found.SpeakerCount} speakers, DER {error.Rate:P1}");
        found.SpeakerCount.ShouldBe(truth.Select(turn => turn.Speaker).Distinct().Count());
        error.Rate.ShouldBeLessThan(0.1);
    }

    private static TranscriptTurn[] Truth(string sample)
    {
        string path = Path.Combine(TestPaths.Samples, sample + ".rttm");
        using StreamReader reader = File.OpenText(path);
        return [.. RttmReader.Read(reader, path).Select(turn => turn.Turn)];
    }

    // A plain header of 44 bytes, as the samples have it.
    private static float[] Samples(string sample)
    {
        ReadOnlySpan<byte> data = File.ReadAllBytes(Path.Combine(TestPaths.Samples, sample + ".wav")).AsSpan(44);
        float[] samples = new float[data.Length / 2];
        for (int i = 0; i < samples.Length; i++)
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(data[(2 * i)..]) / 32768f;
        return samples;
    }
}
