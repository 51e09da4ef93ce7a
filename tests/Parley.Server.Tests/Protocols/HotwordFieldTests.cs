using System.Net;
using System.Text.Json;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Protocols.WebSockets;
using Parley.Server.Tests.JobsApi;
using Parley.Server.Tests.JobsApi.Uploads;
using Parley.Server.Tests.OpenAi;
using Parley.Server.Workers.Bundles;

namespace Parley.Server.Tests.Protocols;

/// <summary>Hotwords at every door: with a bundle that takes them, and with the demo bundle, which takes none.</summary>
public sealed class HotwordFieldTests : IDisposable
{
    private readonly string _models = Directory.CreateTempSubdirectory("parley-hotword-models-").FullName;

    public HotwordFieldTests()
    {
        // Doors look at names of files only.
        string asr = Directory.CreateDirectory(Path.Combine(_models, "seaco", "asr")).FullName;
        File.WriteAllText(Path.Combine(asr, "config.yaml"), "model: SeacoParaformer\n");
        File.WriteAllBytes(Path.Combine(asr, "model_eb.onnx"), []);
        string vad = Directory.CreateDirectory(Path.Combine(_models, "seaco", "vad")).FullName;
        File.WriteAllText(Path.Combine(vad, "config.yaml"), "model: FsmnVADStreaming\n");
    }

    public void Dispose() => Directory.Delete(_models, recursive: true);

    [Theory]
    [InlineData("\"阿里 巴巴\"")]
    [InlineData("[\"阿里\",\"巴巴\"]")]
    [InlineData("{\"阿里\":20,\"巴巴\":30}")]
    [InlineData("\"{\\\"阿里\\\":20,\\\"巴巴\\\":30}\"")]
    public void WebSocket_takes_each_form_that_clients_of_FunASR_send(string hotwords)
    {
        UploadAnnouncement? announcement = Read(hotwords, Options("seaco"), out Refusal? refusal);
        announcement.ShouldNotBeNull(refusal?.Message).Options.Recognition.Hotwords.ShouldBe(["阿里", "巴巴"]);
    }

    [Theory]
    [InlineData("7", "seaco", "data.hotwords")]
    [InlineData("[7]", "seaco", "data.hotwords")]
    [InlineData("\"a\\u0007b\"", "seaco", "control characters")]
    [InlineData("[\"half \\ud800\"]", "seaco", "data.hotwords")]
    [InlineData("\"阿里\"", "demo", "Installed bundles that take hotwords: seaco.")]
    public void WebSocket_refuses_what_cannot_be_used(string hotwords, string bundle, string expected)
    {
        Read(hotwords, Options(bundle), out Refusal? refusal).ShouldBeNull();
        refusal.ShouldNotBeNull().Code.ShouldBe("upload_error");
        refusal.Message.ShouldContain(expected);
    }

    [Fact]
    public void Null_and_empty_wish_nothing_also_where_there_is_no_support()
    {
        foreach (string hotwords in (string[])["null", "\"\"", "[]", "{}"])
            Read(hotwords, Options("demo"), out _).ShouldNotBeNull().Options.ShouldBe(new JobOptions());
    }

    [Fact]
    public async Task Jobs_and_resumable_uploads_take_them_and_show_them()
    {
        FakeJobs jobs = new();
        await using ApiHost host = await ApiHost.StartAsync(jobs, With("seaco"));

        JsonElement job = await ApiHost.JsonAsync(await SubmitAsync(host, ("hotwords", "阿里 巴巴")), HttpStatusCode.Accepted);

        jobs.Submissions.Single().Options.Recognition.Hotwords.ShouldBe(["阿里", "巴巴"]);
        job.GetProperty("options").GetProperty("hotwords").EnumerateArray().Select(word => word.GetString()).ShouldBe(["阿里", "巴巴"]);
        (await host.TryCreateAsync(1, TusRequests.Metadata(("filename", "talk.wav"), ("hotwords", "[\"New York\"]")))).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Jobs_api_refuses_them_with_the_field_and_what_to_do()
    {
        await using ApiHost host = await ApiHost.StartAsync(new FakeJobs(), With("demo"));

        JsonElement problem = await ApiHost.ProblemAsync(await SubmitAsync(host, ("hotwords", "阿里")), Problems.InvalidRequest);
        problem.GetProperty("field").GetString().ShouldBe("hotwords");
        problem.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("The recogniser of the bundle demo takes no hotwords. Installed bundles that take hotwords: seaco.");
        JsonElement many = await ApiHost.ProblemAsync(await SubmitAsync(host, ("hotwords", string.Join(' ', Enumerable.Range(0, 51)))), Problems.InvalidRequest);
        many.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("at most 50");
        host.Leftovers.ShouldBeEmpty();
    }

    [Fact]
    public async Task OpenAI_door_takes_a_field_of_its_own_and_refuses_it_as_OpenAI_would()
    {
        FakeJobs jobs = new();
        await using OpenAiHost demo = await OpenAiHost.StartAsync(jobs, With("demo"));

        using HttpResponseMessage answer = await demo.TranscribeAsync(OpenAiHost.Form(("hotwords", "阿里")));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using JsonDocument error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        error.RootElement.GetProperty("error").GetProperty("param").GetString().ShouldBe("hotwords");
        error.RootElement.GetProperty("error").GetProperty("message").GetString().ShouldNotBeNull().ShouldContain("takes no hotwords");
        jobs.Submissions.ShouldBeEmpty();
        demo.Leftovers.ShouldBeEmpty();
    }

    [Fact]
    public void Requests_with_other_hotwords_are_other_requests()
    {
        JobOptions Wish(params string[] words) => new() { Recognition = new() { Hotwords = words } };
        Wish("a").ToString().ShouldBe(Wish("a").ToString());
        Wish("a").ToString().ShouldNotBe(Wish("b").ToString());
        Wish("a b").ToString().ShouldNotBe(Wish("a", "b").ToString());
    }

    private ServerOptions Options(string bundle) => With(bundle)(new ServerOptions());

    private Func<ServerOptions, ServerOptions> With(string bundle) => options => options with
    {
        Funasr = options.Funasr with { ModelDir = bundle == "demo" ? Path.Combine(TestPaths.Root, "models") : _models, Bundle = bundle == "demo" ? LinkedDemo() : bundle },
    };

    // The demo bundle beside the other: bundles are looked for where the server's own lies, too.
    private string LinkedDemo()
    {
        string asr = Directory.CreateDirectory(Path.Combine(_models, "demo", "asr")).FullName;
        File.WriteAllText(Path.Combine(asr, "config.yaml"), "model: BiCifParaformer\n");
        return Path.Combine(_models, "demo");
    }

    private static UploadAnnouncement? Read(string hotwords, ServerOptions options, out Refusal? refusal)
    {
        using JsonDocument request = JsonDocument.Parse($$"""{"file_name":"a.wav","file_size":1,"file_hash":"0f343b0931126a20f133d67c2b018a3b","hotwords":{{hotwords}}}""");
        return UploadRequestReader.Read(request.RootElement, options, new ServedBundles(options.Funasr), out refusal);
    }

    private static Task<HttpResponseMessage> SubmitAsync(ApiHost host, params (string Name, string Value)[] fields)
    {
        MultipartFormDataContent form = new() { { new ByteArrayContent([1]), "file", "talk.wav" } };
        foreach ((string name, string value) in fields)
            form.Add(new StringContent(value), name);
        return host.Http.PostAsync(new Uri("api/v1/jobs", UriKind.Relative), form, TestContext.Current.CancellationToken);
    }
}
