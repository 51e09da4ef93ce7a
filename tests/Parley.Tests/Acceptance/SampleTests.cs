using Parley.Asr;
using Parley.Audio;
using Parley.Transcripts;
using Parley.Transcripts.Metrics;

namespace Parley.Tests.Acceptance;

/// <summary>What every newcomer sees first: the shipped models on the shipped samples, held against their reference transcripts.</summary>
[Trait("Group", "e2e")]
public sealed class SampleTests(DemoPipeline demo, ITestOutputHelper output) : IClassFixture<DemoPipeline>
{
    [Theory]
    [InlineData("interview")]
    [InlineData("interview-heldout")] // voices that training never heard
    public async Task Interview_is_transcribed_with_both_speakers_found_unasked(string name)
    {
        Transcript transcript = await demo.TranscribeAsync(Sample(name + ".wav"));

        ErrorRate characters = CharacterErrorRate.Compute(ReferenceText(name), string.Concat(transcript.Sentences.Select(sentence => sentence.Text + " ")));
        IReadOnlyList<TranscriptTurn> reference = ReferenceTurns(name);
        DiarizationError strict = DiarizationErrorRate.Compute(reference, transcript.Turns);
        DiarizationError withCollar = DiarizationErrorRate.Compute(reference, transcript.Turns, TimeSpan.FromSeconds(0.25));
        output.WriteLine($"{name}: {transcript.Speakers.Count} speakers, characters wrong {characters.Rate:P2} ({characters.Errors} of {characters.ReferenceLength}), "
            + $"Der {withCollar.Rate:P2} with 0.25 s collar, {strict.Rate:P2} without");
        foreach (TranscriptSentence sentence in transcript.Sentences)
            output.WriteLine($"  {sentence.StartMs / 1000.0,6:F2} {sentence.EndMs / 1000.0,6:F2} {sentence.Speaker}: {sentence.Text}");

        transcript.Speakers.ShouldBe(["Speaker1", "Speaker2"]);
        characters.Rate.ShouldBeLessThanOrEqualTo(name == "interview" ? 0.05 : 0.10);
        withCollar.Rate.ShouldBeLessThanOrEqualTo(name == "interview" ? 0.02 : 0.05);
        strict.Rate.ShouldBeLessThanOrEqualTo(name == "interview" ? 0.10 : 0.15);
        AttributedTurns(reference, transcript, withCollar).ShouldBe(reference.Count, "turns whose words all have the right speaker");
    }

    [Fact]
    public async Task Words_lie_inside_their_sentences_and_move_forward()
    {
        Transcript transcript = await demo.TranscribeAsync(Sample("interview.wav"));

        transcript.Sentences.ShouldNotBeEmpty();
        int last = 0;
        foreach (TranscriptSentence sentence in transcript.Sentences)
        {
            sentence.Words.ShouldNotBeEmpty();
            foreach (Word word in sentence.Words)
            {
                word.StartMs.ShouldBeGreaterThanOrEqualTo(Math.Max(last, sentence.StartMs), word.Text);
                word.EndMs.ShouldBeInRange(word.StartMs, sentence.EndMs, word.Text);
                last = word.StartMs;
            }
        }
    }

    [Fact]
    public async Task Compressed_sample_gives_the_same_text()
    {
        Transcript wav = await demo.TranscribeAsync(Sample("interview.wav"));
        Transcript m4a = await demo.TranscribeAsync(Sample("interview.m4a"));

        m4a.Sentences.Select(sentence => (sentence.Speaker, sentence.Text)).ShouldBe(wav.Sentences.Select(sentence => (sentence.Speaker, sentence.Text)));
    }

    [Fact]
    public async Task Same_input_gives_the_same_transcript_every_time()
    {
        Transcript first = await demo.TranscribeAsync(Sample("interview.wav"));
        Transcript second = await demo.TranscribeAsync(Sample("interview.wav"));

        second.Sentences.Select(sentence => (sentence.Speaker, sentence.Text, sentence.StartMs, sentence.EndMs))
            .ShouldBe(first.Sentences.Select(sentence => (sentence.Speaker, sentence.Text, sentence.StartMs, sentence.EndMs)));
        second.Turns.ShouldBe(first.Turns);
    }

    [Fact]
    public async Task Receipt_names_model_and_device_of_every_stage()
    {
        Transcript transcript = await demo.TranscribeAsync(Sample("hello.wav"));

        Receipt receipt = transcript.Receipt;
        receipt.Bundle.ShouldBe("demo");
        receipt.Stages.Select(stage => stage.Stage).ShouldBe(["audio", "features", "vad", "asr", "punctuation", "speakers", "transcripts"]);
        receipt.Stages.Where(stage => stage.Model is not null).Select(stage => (stage.Model, stage.Device))
            .ShouldBe([("vad", "cpu"), ("asr", "cpu"), ("punc", "cpu"), ("spk", "cpu")]);
        receipt.WallSeconds.ShouldBeGreaterThan(0);
        receipt.Rtf.ShouldBe(receipt.WallSeconds / transcript.Duration.TotalSeconds, 1e-9);
        receipt.Notices.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_speakers_nobody_is_named()
    {
        Transcript transcript = await demo.TranscribeAsync(Sample("hello.wav"), new TranscriptionRequest { Diarize = false });

        transcript.Sentences.ShouldNotBeEmpty();
        transcript.Sentences.ShouldAllBe(sentence => sentence.Speaker == null);
        transcript.Speakers.ShouldBeEmpty();
        transcript.Turns.ShouldBeEmpty();
        transcript.Receipt.Stages.ShouldNotContain(stage => stage.Stage == "speakers");
    }

    [Fact]
    public async Task Short_recording_gets_as_many_speakers_as_asked_for()
    {
        // Two turns, far fewer than the twenty windows below which the reference knows one speaker only.
        float[] samples = ReadSamples(Sample("interview.wav"), seconds: 13);

        Transcript transcript = await demo.TranscribeAsync(samples, new TranscriptionRequest { Speakers = new(Exact: 2) });

        transcript.Speakers.ShouldBe(["Speaker1", "Speaker2"]);
        transcript.Sentences[0].Speaker.ShouldBe("Speaker1");
        transcript.Sentences[^1].Speaker.ShouldBe("Speaker2");
    }

    internal static string Sample(string name) => Path.Combine(TestPaths.Samples, name);

    internal static float[] ReadSamples(string path, int seconds)
    {
        using AudioSource audio = AudioFile.Open(path, new AudioOptions(), TestContext.Current.CancellationToken);
        float[] samples = new float[seconds * AudioClock.SampleRateHz];
        int filled = 0;
        while (filled < samples.Length && audio.Read(samples.AsSpan(filled), TestContext.Current.CancellationToken) is int read and > 0)
            filled += read;
        return samples[..filled];
    }

    internal static string ReferenceText(string name)
        => string.Join('\n', File.ReadLines(Sample(name + ".txt")).Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]));

    private static List<TranscriptTurn> ReferenceTurns(string name)
    {
        using StreamReader rttm = new(Sample(name + ".rttm"));
        return [.. RttmReader.Read(rttm, name).Select(line => line.Turn)];
    }

    /// <summary>Reference turns in which every word that falls into them was given to the right speaker, and at least one does.</summary>
    private static int AttributedTurns(IReadOnlyList<TranscriptTurn> reference, Transcript transcript, DiarizationError error)
        => reference.Count(turn =>
        {
            string[] speakers = [.. transcript.Sentences
                .Where(sentence => sentence.Words.Any(word => Middle(word) >= turn.StartMs && Middle(word) < turn.EndMs))
                .Select(sentence => error.Mapping.GetValueOrDefault(sentence.Speaker ?? "", "nobody"))
                .Distinct()];
            return speakers is [var only] && only == turn.Speaker;
        });

    private static int Middle(Word word) => (word.StartMs + word.EndMs) / 2;
}
