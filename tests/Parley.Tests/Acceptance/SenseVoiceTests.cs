using Parley.Asr;
using Parley.Audio;
using Parley.Inference;
using Parley.Models;
using Parley.Optimization;
using Parley.Transcripts;
using Parley.Transcripts.Metrics;

namespace Parley.Tests.Acceptance;

/// <summary>The shipped SenseVoice network on the shipped samples: one transcript with sentences, speakers, times and tags.</summary>
[Trait("Group", "e2e")]
public sealed class SenseVoiceTests(SenseVoiceTests.Loaded loaded, ITestOutputHelper output) : IClassFixture<SenseVoiceTests.Loaded>
{
    private static string Bundle => Path.Combine(TestPaths.RepositoryRoot, "models", "demo-sensevoice");

    [Fact]
    public async Task Interview_is_transcribed_with_marks_speakers_times_and_tags_from_three_networks()
    {
        // This network was taught no figures; what it writes is nevertheless left alone, because it was asked for them itself.
        Transcript transcript = await TranscribeAsync("interview.wav", new TranscriptionRequest { Recognition = new RecognitionWish { Itn = true } });
        transcript.Sentences.ShouldContain(sentence => sentence.Text.Contains("百分之"));

        ErrorRate characters = CharacterErrorRate.Compute(SampleTests.ReferenceText("interview"), string.Concat(transcript.Sentences.Select(sentence => sentence.Text + " ")));
        output.WriteLine($"characters wrong {characters.Rate:P2} ({characters.Errors} of {characters.ReferenceLength})");
        foreach (TranscriptSentence sentence in transcript.Sentences)
            output.WriteLine($"  {sentence.StartMs / 1000.0,6:F2} {sentence.EndMs / 1000.0,6:F2} {sentence.Speaker} {sentence.Tags?.Language}: {sentence.Text}");

        characters.Rate.ShouldBeLessThanOrEqualTo(0.10);
        transcript.Speakers.ShouldBe(["Speaker1", "Speaker2"]);
        transcript.Sentences.Count.ShouldBeGreaterThan(20);
        transcript.Sentences.Count(sentence => sentence.Text[^1] is '。' or '？' or '，' or '.' or ',' or '?').ShouldBeGreaterThan(transcript.Sentences.Count * 4 / 5);
        transcript.Sentences.ShouldAllBe(sentence => sentence.Tags != null && sentence.Tags.Emotion == "neutral" && sentence.Tags.Events.SequenceEqual(new[] { "speech" }));
        foreach (TranscriptSentence sentence in transcript.Sentences)
            sentence.Tags!.Language.ShouldBe(sentence.Text.Any(letter => letter >= 0x4E00) ? "zh" : "en", sentence.Text);
        int last = 0;
        foreach (Word word in transcript.Sentences.SelectMany(sentence => sentence.Words))
        {
            word.StartMs.ShouldBeGreaterThanOrEqualTo(last);
            word.EndMs.ShouldBeInRange(word.StartMs + 1, (int)transcript.Duration.TotalMilliseconds);
            word.Text.ShouldAllBe(letter => char.IsLetterOrDigit(letter));
            last = word.StartMs;
        }

        transcript.Receipt.Bundle.ShouldBe("demo-sensevoice");
        transcript.Receipt.Stages.Select(stage => stage.Stage).ShouldBe(["audio", "features", "vad", "asr", "speakers", "transcripts"]);
        transcript.Receipt.Notices.ShouldBeEmpty();
    }

    [Fact]
    public async Task Short_sample_is_read_word_for_word_and_its_tags_survive_a_saved_analysis()
    {
        using AudioSource audio = AudioFile.Open(SampleTests.Sample("hello.wav"), new AudioOptions(), TestContext.Current.CancellationToken);
        RecordingAnalysis analysis = await loaded.Pipeline.AnalyzeAsync(audio, cancellationToken: TestContext.Current.CancellationToken);
        using MemoryStream saved = new();
        analysis.Save(saved);
        saved.Position = 0;

        Transcript transcript = loaded.Pipeline.Complete(RecordingAnalysis.Load(saved), cancellationToken: TestContext.Current.CancellationToken);

        string text = string.Concat(transcript.Sentences.Select(sentence => sentence.Text));
        output.WriteLine(text);
        CharacterErrorRate.Compute(SampleTests.ReferenceText("hello"), text).Rate.ShouldBeLessThanOrEqualTo(0.10);
        transcript.Sentences.Select(sentence => (sentence.Text, sentence.Tags)).ShouldBe(analysis.Sentences.Select(sentence => (sentence.Text, sentence.Tags)));
        transcript.Sentences[0].Tags.ShouldBe(new SpeechTags { Language = "zh", Emotion = "neutral", Events = ["speech"] });
    }

    [Fact]
    public async Task Json_carries_what_was_heard()
    {
        Transcript transcript = await TranscribeAsync("english.wav", new TranscriptionRequest { Recognition = new RecognitionWish { Language = "en" } });
        string json = TranscriptWriter.ToText(transcript, TranscriptFormat.Json, TranscriptDocument.ForFile("english.wav", TimeProvider.System));
        json.ShouldContain("\"language\": \"en\"");
        json.ShouldContain("\"emotion\": \"neutral\"");
        json.ShouldContain("\"speech\"");
    }

    [Fact]
    public void Samples_for_rewritten_networks_are_labelled_frame_by_frame()
    {
        float[] samples = SampleTests.ReadSamples(SampleTests.Sample("english.wav"), seconds: 7);
        ModelBundle bundle = ModelBundle.Load(Bundle);
        using StageProbe probe = StageProbe.For(bundle.Asr, samples);
        using ModelSession session = ModelSession.Load(bundle.Asr.ModelPath, new InferenceOptions { Threads = 1 });
        ProbeAnswer answer = probe.Ask(session, CancellationToken.None);
        answer.Decisions.Count.ShouldBe(5);
        answer.Decisions.ShouldAllBe(labels => labels.Length > 10);
        probe.Ask(session, CancellationToken.None).Decisions.ShouldBe(answer.Decisions);
    }

    private async Task<Transcript> TranscribeAsync(string sample, TranscriptionRequest? request = null)
    {
        using AudioSource audio = AudioFile.Open(SampleTests.Sample(sample), new AudioOptions(), TestContext.Current.CancellationToken);
        return await loaded.Pipeline.TranscribeAsync(audio, request, progress: null, TestContext.Current.CancellationToken);
    }

    /// <summary>The network, loaded once.</summary>
    public sealed class Loaded : IDisposable
    {
        internal TranscriptionPipeline Pipeline { get; } = TranscriptionPipeline.Load(ModelBundle.Load(Bundle));

        public void Dispose() => Pipeline.Dispose();
    }
}
