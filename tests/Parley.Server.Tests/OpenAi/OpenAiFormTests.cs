using System.Net;
using System.Text.Json;
using Parley.Asr;
using Parley.Server.Jobs;
using Parley.Server.Protocols.OpenAi;
using Parley.Server.Tests.Protocols;
using Parley.Speakers;
using Parley.Transcripts;

namespace Parley.Server.Tests.OpenAi;

/// <summary>Forms and answers, with fake jobs behind the real door.</summary>
public sealed class OpenAiFormTests
{
    private static readonly Transcript Talk = TestTranscripts.Interview with
    {
        Sentences =
        [
            new TranscriptSentence("Good morning,", 100, 900, "Speaker1", [new Word("Good", 100, 400, 0.5f), new Word("morning", 400, 900, 1f)]),
            new TranscriptSentence("everyone.", 900, 1500, "Speaker1", [new Word("everyone", 900, 1500, 0.25f)]),
            new TranscriptSentence("你好。", 2000, 3000, "Speaker2", [new Word("你", 2000, 2500, 0.9f), new Word("好", 2500, 3000, 0.9f)]),
        ],
    };

    [Fact]
    public async Task A_file_and_its_fields_become_a_job()
    {
        FakeJobs jobs = Completing(Talk);
        await using OpenAiHost host = await OpenAiHost.StartAsync(jobs);

        HttpResponseMessage answer = await host.TranscribeAsync(OpenAiHost.Form(
            ("language", "en"), ("prompt", "names"), ("temperature", "0.2"), ("min_speakers", "2"), ("max_speakers", "4"), ("itn", "true"), ("nobody_knows", "this"), ("chunking_strategy[type]", "server_vad"),
            ("chunking_strategy[threshold]", "0.5")));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        JobSubmission job = jobs.Submissions.Single();
        job.FileName.ShouldBe("talk.wav");
        job.Options.ShouldBe(new JobOptions { Diarize = false, Language = "en", Speakers = new SpeakerCount(Min: 2, Max: 4), Recognition = new RecognitionWish { Itn = true } });
        jobs.Files[job.Id].ShouldBe([1, 2, 3]);
        job.Audio.Length.ShouldBe(3);
        job.Audio.Md5.ShouldBe("5289df737df57326fcdd22597afb1fac");
        job.Audio.Sha256.ShouldBe("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
        host.Leftovers.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("../../etc/passwd.wav", "passwd.wav", ".wav")]
    [InlineData("C:\\talks\\Montag früh.MP3", "Montag früh.MP3", ".mp3")]
    [InlineData("talk.mpga", "talk.mpga", ".mp3")]
    public async Task Names_of_files_never_become_paths(string sent, string name, string extension)
    {
        FakeJobs jobs = Completing(Talk);
        await using OpenAiHost host = await OpenAiHost.StartAsync(jobs);
        MultipartFormDataContent form = new() { { new ByteArrayContent([1]), "file", sent }, { new StringContent("demo"), "model" } };

        (await host.TranscribeAsync(form)).StatusCode.ShouldBe(HttpStatusCode.OK);

        JobSubmission job = jobs.Submissions.Single();
        job.FileName.ShouldBe(name);
        Path.GetFileName(job.Audio.Path).ShouldBe(job.Id.ToString("D") + extension);
    }

    [Fact]
    public async Task Lists_are_taken_with_and_without_brackets()
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(Completing(Talk));

        foreach ((string first, string second) in ((string, string)[])[("timestamp_granularities[]", "timestamp_granularities[]"), ("timestamp_granularities", "timestamp_granularities"), ("timestamp_granularities[0]", "timestamp_granularities[1]")])
        {
            JsonElement json = await JsonAsync(host, ("response_format", "verbose_json"), (first, "word"), (second, "segment"));
            json.GetProperty("words").GetArrayLength().ShouldBe(5);
            json.GetProperty("segments").GetArrayLength().ShouldBe(2);
        }
    }

    [Fact]
    public async Task Verbose_json_has_segments_that_together_are_the_text()
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(Completing(Talk));

        JsonElement json = await JsonAsync(host, ("response_format", "verbose_json"), ("temperature", "0.4"));

        json.EnumerateObject().Select(member => member.Name).ShouldBe(["task", "language", "duration", "text", "segments", "usage"]);
        json.GetProperty("language").GetString().ShouldBe("english");
        json.GetProperty("duration").GetDouble().ShouldBe(12.48);
        JsonElement[] segments = [.. json.GetProperty("segments").EnumerateArray()];
        string.Concat(segments.Select(segment => segment.GetProperty("text").GetString())).ShouldBe("Good morning, everyone.你好。");
        json.GetProperty("text").GetString().ShouldBe("Good morning, everyone.你好。");
        segments[0].EnumerateObject().Select(member => member.Name).ShouldBe(
            ["id", "seek", "start", "end", "text", "tokens", "temperature", "avg_logprob", "compression_ratio", "no_speech_prob"]);
        segments[0].GetProperty("end").GetDouble().ShouldBe(1.5);
        segments[0].GetProperty("temperature").GetDouble().ShouldBe(0.4);
        segments[0].GetProperty("avg_logprob").GetDouble().ShouldBe(Math.Log(0.125) / 3, 1e-5); // of 0.5, 1 and 0.25
        json.GetProperty("usage").GetRawText().ShouldBe("""{"type":"duration","seconds":13}""");
    }

    [Fact]
    public async Task Diarized_json_names_speakers_by_letters()
    {
        FakeJobs jobs = Completing(Talk);
        await using OpenAiHost host = await OpenAiHost.StartAsync(jobs);

        JsonElement json = await JsonAsync(host, ("response_format", "diarized_json"), ("num_speakers", "2"), ("chunking_strategy", "auto"));

        json.GetProperty("segments")[0].GetRawText().ShouldBe(
            """{"type":"transcript.text.segment","id":"seg_001","start":0.1,"end":1.5,"text":"Good morning, everyone.","speaker":"A"}""");
        json.GetProperty("segments")[1].GetProperty("speaker").GetString().ShouldBe("B");
        jobs.Submissions.Single().Options.ShouldBe(new JobOptions { Diarize = true, Speakers = new SpeakerCount(2) });
    }

    [Fact]
    public async Task Log_probabilities_come_from_confidences_and_their_tokens_are_the_text()
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(Completing(Talk));

        JsonElement json = await JsonAsync(host, ("include[]", "logprobs"));

        JsonElement[] tokens = [.. json.GetProperty("logprobs").EnumerateArray()];
        tokens.Select(token => token.GetProperty("token").GetString()).ShouldBe(["Good", " morning,", " everyone.", "你", "好。"]);
        tokens[0].GetProperty("logprob").GetDouble().ShouldBe(Math.Log(0.5), 1e-5);
        tokens[3].GetProperty("bytes").EnumerateArray().Select(value => value.GetByte()).ShouldBe([0xE4, 0xBD, 0xA0]);
    }

    [Theory]
    [InlineData("text", "false", "Good morning, everyone.你好。\n")]
    [InlineData("text", "true", "A: Good morning, everyone.\n\nB: 你好。\n")]
    [InlineData("srt", "false", "1\n00:00:00,100 --> 00:00:01,500\nGood morning, everyone.\n\n2\n00:00:02,000 --> 00:00:03,000\n你好。\n")]
    [InlineData("vtt", "true", "WEBVTT\n\n00:00:00.100 --> 00:00:01.500\n<v A>Good morning, everyone.\n\n00:00:02.000 --> 00:00:03.000\n<v B>你好。\n")]
    public async Task Texts_show_speakers_only_where_asked(string format, string diarize, string expected)
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(Completing(Talk));

        HttpResponseMessage answer = await host.TranscribeAsync(OpenAiHost.Form(("response_format", format), ("diarize", diarize)));

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        (await answer.Content.ReadAsStringAsync()).ShouldBe(expected);
    }

    [Fact]
    public async Task A_cached_result_streams_at_once_and_its_deltas_are_the_text()
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(Completing(Talk));

        HttpResponseMessage answer = await host.TranscribeAsync(OpenAiHost.Form(("stream", "true"), ("response_format", "diarized_json")));

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        JsonElement[] events = Events(await answer.Content.ReadAsStringAsync());
        events.Select(item => item.GetProperty("type").GetString()).ShouldBe(
            ["transcript.text.delta", "transcript.text.delta", "transcript.text.delta", "transcript.text.segment", "transcript.text.segment", "transcript.text.done"]);
        string.Concat(events.Take(3).Select(item => item.GetProperty("delta").GetString())).ShouldBe(events[^1].GetProperty("text").GetString());
        events[^1].GetProperty("usage").GetProperty("seconds").GetInt32().ShouldBe(13);
    }

    [Fact]
    public async Task Whisper_has_no_streams_as_OpenAI_documents_it()
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(Completing(Talk));

        (await JsonAsync(host, ("stream", "true"), ("model", "whisper-1"))).GetProperty("text").GetString().ShouldBe("Good morning, everyone.你好。");
    }

    [Fact]
    public async Task A_client_that_goes_away_leaves_its_job_running()
    {
        FakeJobs jobs = new();
        await using OpenAiHost host = await OpenAiHost.StartAsync(jobs);
        using CancellationTokenSource patience = new();
        Task<HttpResponseMessage> asking = host.TranscribeAsync(OpenAiHost.Form(), cancellationToken: patience.Token);
        await Until.TrueAsync(() => jobs.Submissions.Count == 1);

        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(asking);
        await Until.TrueAsync(() => host.Log.Entries.Any(entry => entry.Text.Contains("is gone", StringComparison.Ordinal)));

        JobSubmission job = jobs.Submissions.Single();
        (await jobs.FindAsync(job.Id, CancellationToken.None)).ShouldNotBeNull().State.ShouldBe(JobState.Pending);
        File.Exists(job.Audio.Path).ShouldBeTrue();
    }

    [Fact]
    public void Letters_go_on_after_Z()
        => new[] { 0, 25, 26, 27, 701, 702 }.Select(SpeakerLetters.Of).ShouldBe(["A", "Z", "AA", "AB", "ZZ", "AAA"]);

    internal static JsonElement[] Events(string body)
        => [.. body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(item => item.StartsWith("data: ", StringComparison.Ordinal)).Select(item => JsonDocument.Parse(item[6..]).RootElement)];

    private static FakeJobs Completing(Transcript transcript)
        => new() { OnSubmit = submission => new SubmitOutcome.Completed(TestTranscripts.Result(submission.Id, submission.Options, transcript)) };

    private static async Task<JsonElement> JsonAsync(OpenAiHost host, params (string Name, string Value)[] fields)
    {
        HttpResponseMessage answer = await host.TranscribeAsync(OpenAiHost.Form(fields));
        string body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        return JsonDocument.Parse(body).RootElement;
    }
}
