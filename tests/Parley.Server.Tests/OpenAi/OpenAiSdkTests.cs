using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using OpenAI.Audio;
using OpenAI.Models;

namespace Parley.Server.Tests.OpenAi;

/// <summary>OpenAI's own .NET client against a whole server with the shipped models.</summary>
[Trait("Group", "e2e")]
public sealed class OpenAiSdkTests(LiveServer server) : IClassFixture<LiveServer>
{
    private const string Hello = "hello.wav";

    [Fact]
    public async Task Every_format_arrives()
    {
        AudioClient audio = Client("whisper-1");

        AudioTranscription simple = await audio.TranscribeAudioAsync(TestPaths.Sample(Hello), new AudioTranscriptionOptions { ResponseFormat = AudioTranscriptionFormat.Simple });
        AudioTranscription text = await audio.TranscribeAudioAsync(TestPaths.Sample(Hello), new AudioTranscriptionOptions { ResponseFormat = AudioTranscriptionFormat.Text });
        AudioTranscription srt = await audio.TranscribeAudioAsync(TestPaths.Sample(Hello), new AudioTranscriptionOptions { ResponseFormat = AudioTranscriptionFormat.Srt });
        AudioTranscription vtt = await audio.TranscribeAudioAsync(TestPaths.Sample(Hello), new AudioTranscriptionOptions { ResponseFormat = AudioTranscriptionFormat.Vtt });

        simple.Text.Count(char.IsLetter).ShouldBeGreaterThan(10);
        text.Text.ShouldBe(simple.Text + "\n");
        srt.Text.ShouldStartWith("1\n00:00:0");
        vtt.Text.ShouldStartWith("WEBVTT\n\n00:00:0");
    }

    [Fact]
    public async Task Verbose_transcripts_have_words_segments_and_a_language()
    {
        AudioTranscription verbose = await Client("demo").TranscribeAudioAsync(TestPaths.Sample(Hello), new AudioTranscriptionOptions
        {
            ResponseFormat = AudioTranscriptionFormat.Verbose,
            TimestampGranularities = AudioTimestampGranularities.Word | AudioTimestampGranularities.Segment,
        });

        verbose.Language.ShouldBe("chinese");
        verbose.Duration!.Value.TotalSeconds.ShouldBe(6.882, 0.001);
        verbose.Words.Count.ShouldBeGreaterThan(10);
        verbose.Words.ShouldAllBe(word => word.EndTime >= word.StartTime && word.Word.Length > 0);
        string.Concat(verbose.Segments.Select(segment => segment.Text)).ShouldBe(verbose.Text);
        verbose.Segments.ShouldAllBe(segment => segment.AverageLogProbability <= 0 && segment.CompressionRatio > 0);
    }

    [Fact]
    public async Task Diarized_transcripts_tell_two_speakers_apart()
    {
        DiarizedAudioTranscription diarized = await Client("gpt-4o-transcribe-diarize").TranscribeAudioDiarizedAsync(
            TestPaths.Sample("interview.m4a"), new AudioTranscriptionOptions { ResponseFormat = AudioTranscriptionFormat.Diarized });

        diarized.Segments.Select(segment => segment.SpeakerLabel).Distinct(StringComparer.Ordinal).ShouldBe(["A", "B"]);
        diarized.Segments.ShouldAllBe(segment => segment.Text.Length > 0 && segment.EndTime > segment.StartTime);
    }

    [Fact]
    public async Task Log_probabilities_arrive()
    {
        AudioTranscription transcription = await Client("gpt-4o-transcribe").TranscribeAudioAsync(
            TestPaths.Sample("english.wav"), new AudioTranscriptionOptions { Includes = AudioTranscriptionIncludes.Logprobs });

        string.Concat(transcription.TranscriptionTokenLogProbabilities.Select(item => item.Token)).ShouldBe(transcription.Text);
        transcription.TranscriptionTokenLogProbabilities.ShouldAllBe(item => item.LogProbability <= 0);
    }

    [Fact]
    public async Task A_stream_tells_the_text_and_ends_with_all_of_it()
    {
        string told = "";
        StreamingAudioTranscriptionTextDoneUpdate? done = null;
        await foreach (StreamingAudioTranscriptionUpdate update in await Client("gpt-4o-mini-transcribe").TranscribeAudioStreamingAsync(TestPaths.Sample("interview.wav")))
        {
            told += (update as StreamingAudioTranscriptionTextDeltaUpdate)?.Delta;
            done = update as StreamingAudioTranscriptionTextDoneUpdate ?? done;
        }

        done.ShouldNotBeNull().Text.ShouldBe(told);
        told.Length.ShouldBeGreaterThan(100);
    }

    [Fact]
    public async Task Models_are_listed_and_shown()
    {
        OpenAIModelClient models = new(new ApiKeyCredential("any"), Options());

        OpenAIModelCollection all = await models.GetModelsAsync();
        OpenAIModel one = await models.GetModelAsync("demo");

        all.Select(model => model.Id).ShouldBe(
            ["demo", "whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-4o-mini-transcribe-2025-12-15", "gpt-4o-transcribe-diarize"]);
        one.OwnedBy.ShouldBe("parley");
        (await Should.ThrowAsync<ClientResultException>(() => models.GetModelAsync("gpt-9"))).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Errors_arrive_as_exceptions_with_their_text()
    {
        using MemoryStream noise = new("This is no recording, whatever its name says."u8.ToArray());

        ClientResultException model = await Should.ThrowAsync<ClientResultException>(() => Client("gpt-9").TranscribeAudioAsync(TestPaths.Sample(Hello)));
        ClientResultException broken = await Should.ThrowAsync<ClientResultException>(() => Client("demo").TranscribeAudioAsync(noise, "broken.wav"));
        ClientResultException translation = await Should.ThrowAsync<ClientResultException>(() => Client("demo").TranslateAudioAsync(TestPaths.Sample(Hello)));

        (model.Status, broken.Status, translation.Status).ShouldBe((404, 400, 400));
        model.Message.ShouldContain("model_not_found");
        broken.Message.ShouldContain("broken.wav");
        translation.Message.ShouldContain("not supported");
    }

    private AudioClient Client(string model) => new(model, new ApiKeyCredential("any"), Options());

    private OpenAIClientOptions Options() => new() { Endpoint = server.BaseUrl, RetryPolicy = new ClientRetryPolicy(0) };
}
