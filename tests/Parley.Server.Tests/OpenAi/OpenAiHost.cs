using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.OpenAi;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Tests.Protocols;

namespace Parley.Server.Tests.OpenAi;

/// <summary>The real door behind a real Kestrel on a loopback port, with the jobs that a test gives behind it.</summary>
internal sealed class OpenAiHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly UploadFiles _files;
    private readonly string _folder;

    private OpenAiHost(WebApplication application, UploadFiles files, string folder, CollectedLog log)
    {
        (_application, _files, _folder, Log) = (application, files, folder, log);
        Http = new HttpClient { BaseAddress = Address };
    }

    public Uri Address => new(_application.Urls.Single());

    public HttpClient Http { get; }

    public CollectedLog Log { get; }

    /// <summary>Files of uploads that no job has.</summary>
    public IReadOnlyList<string> Leftovers
        => [.. Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != ".lock")];

    public static async Task<OpenAiHost> StartAsync(IJobs jobs, Func<ServerOptions, ServerOptions>? change = null)
    {
        string folder = Directory.CreateTempSubdirectory("parley-openai-").FullName;
        ServerOptions options = new()
        {
            Server = new ListenOptions { TempDir = Path.Combine(folder, "temp"), UploadDir = Path.Combine(folder, "uploads"), MinFreeDiskMb = 1, MaxFileSizeMb = 1 },
            Funasr = new ModelOptions { ModelDir = Path.Combine(TestPaths.Root, "models") },
        };
        options = change?.Invoke(options) ?? options;
        CollectedLog log = new();
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication application = builder.Build();
        UploadFiles files = new(options, loggers.CreateLogger<UploadFiles>());
        application.MapParleyOpenAi(options, jobs, files, loggers, TimeProvider.System);
        await application.StartAsync();
        return new OpenAiHost(application, files, folder, log);
    }

    /// <summary>A form with a small file and a model.</summary>
    public static MultipartFormDataContent Form(params (string Name, string Value)[] fields)
    {
        MultipartFormDataContent form = [];
        form.Add(new ByteArrayContent([1, 2, 3]), "file", "talk.wav");
        if (!fields.Any(field => field.Name is "model"))
            form.Add(new StringContent("demo"), "model");
        foreach ((string name, string value) in fields)
            form.Add(new StringContent(value), name);
        return form;
    }

    public Task<HttpResponseMessage> TranscribeAsync(HttpContent content, string? token = null, CancellationToken cancellationToken = default)
    {
        HttpRequestMessage request = new(HttpMethod.Post, new Uri("v1/audio/transcriptions", UriKind.Relative)) { Content = content };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return Http.SendAsync(request, cancellationToken);
    }

    /// <summary>Sends a form that must be refused; gives the error object.</summary>
    public async Task<(HttpResponseMessage Answer, JsonElement Error)> RefusedAsync(HttpContent content, string? token = null)
        => await ErrorAsync(await TranscribeAsync(content, token));

    public static async Task<(HttpResponseMessage Answer, JsonElement Error)> ErrorAsync(HttpResponseMessage answer)
    {
        answer.Headers.GetValues("x-request-id").Single().ShouldStartWith("req_");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        JsonElement error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        error.EnumerateObject().Select(member => member.Name).ShouldBe(["message", "type", "param", "code"]);
        error.GetProperty("message").GetString().ShouldNotBeNullOrWhiteSpace();
        return (answer, error);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _application.StopAsync();
        await _application.DisposeAsync();
        _files.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
