using System.Buffers.Binary;
using Parley.Asr;
using Parley.Audio;
using Parley.Features;
using Parley.Inference;
using Parley.Models;
using Parley.Transcripts.Metrics;
using Parley.Vad;

namespace Parley.Tests.Asr;

/// <summary>The shipped recogniser on a shipped recording.</summary>
[Trait("Group", "e2e")]
public sealed class DemoRecognizerTests
{
    [Fact]
    public void Demo_model_understands_the_sample_and_tells_when_words_are_spoken()
    {
        string folder = Path.Combine(TestPaths.DemoBundle, "asr");
        string? model = ((string[])["model.onnx", "model_quant.onnx"]).Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(model is null, $"The demo model is not there: {folder}.");
        float[] samples = ReadSamples(Path.Combine(TestPaths.Samples, "hello.wav"));
        float[] fbank = new FbankExtractor(FbankOptions.Asr).Compute(samples);
        VadSegment bounds = new(0, samples.Length / AudioClock.SamplesPerMillisecond);
        string tokens = Path.Combine(folder, "tokens.json");
        using ParaformerRecognizer recognizer = new(
            ModelSession.Load(model, new InferenceOptions { Threads = 1 }),
            Cmvn.Load(Path.Combine(folder, "am.mvn"), 560),
            new Vocabulary(TokenFile.Read(tokens), tokens),
            new ParaformerOptions());

        RecognizedSegment result = recognizer.Recognize([new SpeechSegment(0, bounds, samples, fbank)], RecognitionWish.None, CancellationToken.None).ShouldHaveSingleItem();

        result.Fault.ShouldBeNull();
        string spoken = string.Concat(File.ReadAllText(Path.Combine(TestPaths.Samples, "hello.txt")).Split(':', 2)[1].Where(char.IsLetterOrDigit));
        string heard = string.Concat(result.Words.Select(word => word.Text));
        TestContext.Current.SendDiagnosticMessage($"Heard: {string.Join(' ', result.Words.Select(word => $"{word.Text}[{word.StartMs}-{word.EndMs}]"))}");
        // A fifth of the characters: far from what any other model or broken features would give.
        CharacterErrorRate.Compute(spoken, heard).Rate.ShouldBeLessThanOrEqualTo(0.2, heard);

        string[] turn = File.ReadLines(Path.Combine(TestPaths.Samples, "hello.rttm")).First().Split(' ');
        int startMs = (int)(double.Parse(turn[3]) * 1000), endMs = startMs + (int)(double.Parse(turn[4]) * 1000);
        recognizer.HasTimestamps.ShouldBeTrue();
        result.Words[0].StartMs.ShouldBeInRange(startMs - 300, startMs + 300);
        result.Words[^1].EndMs.ShouldBeInRange(endMs - 300, endMs + 300);
    }

    private static float[] ReadSamples(string wav)
    {
        byte[] bytes = File.ReadAllBytes(wav);
        int data = bytes.AsSpan().IndexOf("data"u8);
        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(data + 4)) / 2;
        return [.. Enumerable.Range(0, count).Select(i => BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(data + 8 + (2 * i))) / 32768f)];
    }
}
