using System.Text.Json;

namespace Parley.Server.Tests.OpenAi;

/// <summary>OpenAI's own JavaScript client against a whole server with the shipped models.</summary>
[Trait("Group", "e2e")]
public sealed class OpenAiNodeTests(LiveServer server) : IClassFixture<LiveServer>
{
    [Fact]
    public async Task Every_format_streams_and_errors_arrive()
    {
        string folder = await NodeFolder.InstallAsync(Path.Combine("OpenAi", "Node"));

        (int status, string output, string trouble) = await NodeFolder.RunAsync("node", ["client.mjs", server.BaseUrl.ToString(), Path.Combine(TestPaths.Root, "samples")], folder);

        status.ShouldBe(0, trouble);
        JsonElement answer = JsonDocument.Parse(output).RootElement;
        answer.GetProperty("models").EnumerateArray().Select(model => model.GetString()).ShouldContain("gpt-4o-transcribe-diarize");
        answer.GetProperty("model").GetProperty("id").GetString().ShouldBe("whisper-1");
        string text = answer.GetProperty("json").GetProperty("text").GetString()!;
        text.Split(' ').Length.ShouldBeGreaterThan(10);
        string.Concat(answer.GetProperty("json").GetProperty("logprobs").EnumerateArray().Select(token => token.GetProperty("token").GetString())).ShouldBe(text);
        answer.GetProperty("text").GetString().ShouldBe(text + "\n");
        answer.GetProperty("srt").GetString().ShouldStartWith("1\n");
        answer.GetProperty("vtt").GetString().ShouldStartWith("WEBVTT\n");
        answer.GetProperty("verbose").GetProperty("language").GetString().ShouldBe("english");
        answer.GetProperty("verbose").GetProperty("words").GetArrayLength().ShouldBeGreaterThan(10);
        answer.GetProperty("diarized").GetProperty("segments").EnumerateArray().Select(segment => segment.GetProperty("speaker").GetString()).Distinct().ShouldBe(["A", "B"]);
        CheckEvents([.. answer.GetProperty("events").EnumerateArray()]);
        CheckErrors(answer.GetProperty("errors"));
    }

    private static void CheckEvents(JsonElement[] events)
    {
        string deltas = string.Concat(events.Where(item => TypeOf(item) == "transcript.text.delta").Select(item => item.GetProperty("delta").GetString()));
        deltas.ShouldBe(events[^1].GetProperty("text").GetString());
        TypeOf(events[^1]).ShouldBe("transcript.text.done");
        events.Count(item => TypeOf(item) == "transcript.text.segment").ShouldBeGreaterThan(1);

        static string? TypeOf(JsonElement item) => item.GetProperty("type").GetString();
    }

    private static void CheckErrors(JsonElement errors)
    {
        errors.GetProperty("model").GetRawText().ShouldBe(
            """{"kind":"NotFoundError","status":404,"code":"model_not_found","param":"model","type":"invalid_request_error","hasRequestId":true}""");
        errors.GetProperty("field").GetProperty("param").GetString().ShouldBe("temperature");
        errors.GetProperty("file").GetProperty("kind").GetString().ShouldBe("BadRequestError");
        errors.GetProperty("file").GetProperty("code").GetString().ShouldBe("invalid_file");
        errors.GetProperty("retrieve").GetProperty("status").GetInt32().ShouldBe(404);
        errors.GetProperty("translation").GetProperty("code").GetString().ShouldBe("not_supported");
    }
}
