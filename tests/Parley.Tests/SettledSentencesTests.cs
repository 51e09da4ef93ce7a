using System.Collections.Concurrent;
using Parley.Asr;
using Parley.Audio;
using Parley.Models;
using Parley.Punctuation;
using Parley.Tests.Acceptance;
using Parley.TextNormalization;
using Parley.Transcripts;

namespace Parley.Tests;

public sealed class SettledSentencesTests
{
    [Fact]
    public async Task Sentences_are_told_while_recognition_goes_on_exactly_as_the_transcript_has_them()
    {
        PipelineOptions options = new() { Batch = new BatchOptions { MaxBatchSeconds = 10 } };
        using TranscriptionPipeline pipeline = TranscriptionPipeline.Load(ModelBundle.Load(Path.Combine(TestPaths.RepositoryRoot, "models", "demo")), options);
        using AudioSource audio = AudioFile.Open(SampleTests.Sample("interview.wav"), new AudioOptions(), CancellationToken.None);
        Reports reports = new();

        TranscriptionRequest request = new() { Recognition = new RecognitionWish { Itn = true } };
        RecordingAnalysis analysis = await pipeline.AnalyzeAsync(audio, recognition: request.Recognition, progress: reports);
        Transcript transcript = pipeline.Complete(analysis, request);

        TranscriptionProgress[] told = [.. reports.All.Where(report => report.Settled.Count > 0)];
        told.Length.ShouldBeGreaterThan(2);
        told[0].Done.ShouldBeLessThan(analysis.Duration / 2);
        Sentence[] settled = [.. told.SelectMany(report => report.Settled)];
        settled.Select(sentence => (sentence.Text, sentence.Mark)).ShouldBe(InverseTextNormalizer.Normalize(analysis.Sentences).Select(sentence => (sentence.Text, sentence.Mark)));
        settled.ShouldContain(sentence => sentence.Text.Contains("20%"));
        reports.All.Where(report => report.Stage != PipelineStage.Punctuation).ShouldAllBe(report => report.Settled.Count == 0);
        TranscriptText.Join(transcript.Sentences).ShouldBe(TranscriptText.Join([.. settled.Select(Unlabelled)]));
    }

    [Fact]
    public void Text_does_not_depend_on_where_speakers_cut_a_sentence()
    {
        Word[] words = [new("我", 0, 1, 1), new("用", 1, 2, 1), new("new", 2, 3, 1), new("model", 3, 4, 1), new("吗", 4, 5, 1), new("OK", 5, 6, 1)];
        IReadOnlyList<Sentence> sentences = SentenceBuilder.Build(words, [.. words.Select((_, i) => i == 5 ? PunctuationMark.Question : PunctuationMark.None)]);
        string whole = TranscriptText.Join([.. sentences.Select(Unlabelled)]);

        for (int at = 1; at < words.Length; at++)
        {
            Sentence first = SentenceBuilder.Part(sentences[0], 0, at), second = SentenceBuilder.Part(sentences[0], at, words.Length - at);
            TranscriptText.Join([Unlabelled(first), Unlabelled(second)]).ShouldBe(whole);
        }
    }

    private static TranscriptSentence Unlabelled(Sentence sentence) => new(sentence.Text, sentence.StartMs, sentence.EndMs, null, sentence.Words);

    private sealed class Reports : IProgress<TranscriptionProgress>
    {
        public ConcurrentQueue<TranscriptionProgress> All { get; } = new();

        public void Report(TranscriptionProgress value) => All.Enqueue(value);
    }
}
