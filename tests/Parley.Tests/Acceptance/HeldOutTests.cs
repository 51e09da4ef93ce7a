using System.Text.Json;
using Parley.Asr;
using Parley.Audio;
using Parley.Features;
using Parley.Inference;
using Parley.Models;
using Parley.Transcripts.Metrics;
using Parley.Vad;

namespace Parley.Tests.Acceptance;

/// <summary>The shipped recogniser on a hundred sentences that its training never saw, in voices that it never heard.</summary>
[Trait("Group", "e2e")]
public sealed class HeldOutTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(double.PositiveInfinity, 0.08, 0.20)]
    [InlineData(10.0, 0.15, 0.30)]
    public void Unseen_sentences_in_unheard_voices_are_recognised(double signalToNoiseDb, double mostChineseErrors, double mostEnglishErrors)
    {
        ErrorRate chinese = default, english = default;
        List<int> timeErrorsMs = [];
        using ParaformerRecognizer recognizer = LoadRecognizer();
        foreach (HeldOutSentence sentence in ReadSentences())
        {
            string[] words = JoinPieces(sentence.Tokens, sentence.TokenStartMs, out int[] starts);
            IReadOnlyList<Word> recognized = Recognize(recognizer, AddNoise(sentence.Samples, signalToNoiseDb));
            string hypothesis = string.Join(' ', recognized.Select(word => word.Text));
            if (sentence.Language == "zh")
                chinese += CharacterErrorRate.Compute(string.Concat(words), hypothesis);
            else
                english += WordErrorRate.Compute(string.Join(' ', words), hypothesis);
            if (recognized.Count == words.Length)
                timeErrorsMs.AddRange(recognized.Select((word, i) => Math.Abs(word.StartMs - starts[i])));
        }

        output.WriteLine($"{signalToNoiseDb} dB: Chinese characters wrong {chinese.Rate:P1} of {chinese.ReferenceLength}, English words wrong {english.Rate:P1} of {english.ReferenceLength}, "
            + $"starts off by {timeErrorsMs.Average():F0} ms on average over {timeErrorsMs.Count} words");
        chinese.ReferenceLength.ShouldBeGreaterThan(300);
        english.ReferenceLength.ShouldBeGreaterThan(100);
        chinese.Rate.ShouldBeLessThanOrEqualTo(mostChineseErrors);
        english.Rate.ShouldBeLessThanOrEqualTo(mostEnglishErrors);
        timeErrorsMs.Count.ShouldBeGreaterThan(200);
        timeErrorsMs.Average().ShouldBeLessThanOrEqualTo(80);
    }

    private static IReadOnlyList<Word> Recognize(ParaformerRecognizer recognizer, float[] samples)
    {
        VadSegment bounds = new(0, samples.Length / AudioClock.SamplesPerMillisecond);
        SpeechSegment segment = new(0, bounds, samples, new FbankExtractor(FbankOptions.Asr).Compute(samples));
        return recognizer.Recognize([segment], RecognitionWish.None, TestContext.Current.CancellationToken)[0].Words;
    }

    private static ParaformerRecognizer LoadRecognizer()
    {
        AsrModelFiles files = ModelBundle.Load(TestPaths.DemoBundle).Asr;
        return new ParaformerRecognizer(
            ModelSession.Load(files.ModelPath, new InferenceOptions { Threads = 1 }),
            Cmvn.Load(files.CmvnPath, 560),
            new Vocabulary(files.Tokens, files.TokensPath),
            new ParaformerOptions());
    }

    /// <summary>Adds pink noise: equal power in every octave, the usual stand-in for the noise of rooms.</summary>
    private static float[] AddNoise(float[] samples, double signalToNoiseDb)
    {
        if (double.IsPositiveInfinity(signalToNoiseDb))
            return samples;
        Random random = new(samples.Length);
        float[] noise = new float[samples.Length];
        float slow = 0, middle = 0, fast = 0;
        for (int i = 0; i < noise.Length; i++)
        {
            // Paul Kellet's filter: white noise through three first-order low passes, within 0.5 dB of -3 dB an octave above 10 Hz.
            float white = (2 * random.NextSingle()) - 1;
            slow = (0.99765f * slow) + (0.0990460f * white);
            middle = (0.96300f * middle) + (0.2965164f * white);
            fast = (0.57000f * fast) + (1.0526913f * white);
            noise[i] = slow + middle + fast + (0.1848f * white);
        }

        float gain = (float)Math.Sqrt(Power(samples) / Power(noise) / Math.Pow(10, signalToNoiseDb / 10));
        return [.. samples.Zip(noise, (sample, disturbance) => sample + (gain * disturbance))];
    }

    private static double Power(float[] samples) => samples.Sum(sample => (double)sample * sample) / samples.Length;

    private static string[] JoinPieces(IReadOnlyList<string> tokens, IReadOnlyList<int> tokenStartMs, out int[] starts)
    {
        List<string> words = [];
        List<int> wordStarts = [];
        bool continues = false;
        for (int i = 0; i < tokens.Count; i++)
        {
            string text = tokens[i].Replace("@@", "", StringComparison.Ordinal);
            if (continues)
            {
                words[^1] += text;
            }
            else
            {
                words.Add(text);
                wordStarts.Add(tokenStartMs[i]);
            }

            continues = tokens[i].EndsWith("@@", StringComparison.Ordinal);
        }

        starts = [.. wordStarts];
        return [.. words];
    }

    private static IEnumerable<HeldOutSentence> ReadSentences()
    {
        string folder = Path.Combine(TestPaths.RepositoryRoot, "tests", "data", "heldout");
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "manifest.json")));
        float[] samples = ReadAll(Path.Combine(folder, manifest.RootElement.GetProperty("audio").GetString()!));
        foreach (JsonElement item in manifest.RootElement.GetProperty("sentences").EnumerateArray())
        {
            int offset = item.GetProperty("offset_samples").GetInt32();
            yield return new HeldOutSentence(
                item.GetProperty("language").GetString()!,
                samples[offset..(offset + item.GetProperty("samples").GetInt32())],
                [.. item.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!)],
                [.. item.GetProperty("token_start_ms").EnumerateArray().Select(start => start.GetInt32())]);
        }
    }

    private static float[] ReadAll(string path)
    {
        using AudioSource audio = AudioFile.Open(path, new AudioOptions(), TestContext.Current.CancellationToken);
        List<float> samples = [];
        float[] block = new float[1 << 16];
        while (audio.Read(block, TestContext.Current.CancellationToken) is int read and > 0)
            samples.AddRange(block.AsSpan(0, read));
        return [.. samples];
    }

    private sealed record HeldOutSentence(string Language, float[] Samples, IReadOnlyList<string> Tokens, IReadOnlyList<int> TokenStartMs);
}
