using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Server.Auth;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Protocols.Origins;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Webhooks;
using KestrelServerLimits = Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerLimits;

namespace Parley.Server.Tests.JobsApi;

/// <summary>The real door behind a real Kestrel on a loopback port, with the jobs that a test gives behind it.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    public const string Listed = "https://listed.example";

    private readonly WebApplication _application;
    private readonly UploadFiles _files;
    private readonly TempFolder _folder;
    private readonly ServerOptions _options;

    private ApiHost(WebApplication application, UploadFiles files, TempFolder folder, ServerOptions options, ApiRoutes routes)
    {
        (_application, _files, _folder, _options, Routes) = (application, files, folder, options, routes);

        // Cookies are what tests are about: they send them themselves.
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };
    }

    public Uri Address => new(_application.Urls.Single());

    public HttpClient Http { get; }

    public ApiRoutes Routes { get; }

    /// <summary>Files of uploads that no job has.</summary>
    public IReadOnlyList<string> Leftovers
        => [.. Directory.EnumerateFiles(_folder.Root, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != ".lock")];

    public TempFolder Folder => _folder;

    public static AuthOptions Authentication { get; } = new() { Enabled = true, SecretKey = "a long text for tests, longer than 32 bytes" };

    /// <param name="jobs">The jobs.</param>
    /// <param name="change">Changes the options.</param>
    /// <param name="webhooks">Null: some without a database.</param>
    /// <param name="limit">Changes Kestrel's limits.</param>
    public static async Task<ApiHost> StartAsync(
        IJobs jobs, Func<ServerOptions, ServerOptions>? change = null, WebhookService? webhooks = null, Action<KestrelServerLimits>? limit = null)
    {
        TempFolder folder = new();
        ServerOptions options = new()
        {
            Server = new ListenOptions { TempDir = folder["temp"], UploadDir = folder["uploads"], MinFreeDiskMb = 1, MaxFileSizeMb = 1 },
        };
        options = change?.Invoke(options) ?? options;
        using ILoggerFactory loggers = LoggerFactory.Create(static _ => { });
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            limit?.Invoke(kestrel.Limits);
        });
        WebApplication application = builder.Build();
        UploadFiles files = new(options, loggers.CreateLogger<UploadFiles>());
        application.UseCrossOriginRule(static () => [Listed]);
        ApiRoutes routes = application.MapParleyJobsApi(new ApiContext
        {
            Options = options,
            Jobs = jobs,
            Files = files,
            Uploads = application.OpenResumableUploads(options, jobs, files, loggers, TimeProvider.System),
            Webhooks = webhooks ?? new WebhookService(options.Webhooks, static (_, _, _) => { }, loggers, TimeProvider.System),
            Loggers = loggers,
            Clock = TimeProvider.System,
        });
        await application.StartAsync();
        return new ApiHost(application, files, folder, options, routes);
    }

    /// <summary>A user's token, where <see cref="Authentication"/> is on.</summary>
    public string TokenFor(string user) => new TokenIssuer(_options.Auth, TimeProvider.System).Issue(user);

    /// <summary>Sends a request.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Below <c>/api/v1</c>, with the slash.</param>
    /// <param name="content">Its body.</param>
    /// <param name="token">A user's token.</param>
    /// <param name="headers">More headers.</param>
    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content = null, string? token = null, params (string Name, string Value)[] headers)
    {
        HttpRequestMessage request = new(method, new Uri(Address, ApiRoutes.Root + path)) { Content = content };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    public Task<HttpResponseMessage> GetAsync(string path, string? token = null, params (string Name, string Value)[] headers)
        => SendAsync(HttpMethod.Get, path, token: token, headers: headers);

    /// <summary>The JSON of an answer that must have this status.</summary>
    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        string text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(status, text);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The problem of an answer that must be one.</summary>
    public static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer, ProblemKind kind)
    {
        string text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(kind.Status, text);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        JsonElement problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("code").GetString().ShouldBe(kind.Code);
        problem.GetProperty("status").GetInt32().ShouldBe(kind.Status);
        problem.GetProperty("type").GetString().ShouldBe(kind.Type);
        problem.GetProperty("title").GetString().ShouldNotBeNullOrWhiteSpace();
        problem.GetProperty("detail").GetString().ShouldNotBeNullOrWhiteSpace();
        problem.GetProperty("request_id").GetString().ShouldBe(answer.Headers.GetValues("x-request-id").Single());
        return problem;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _application.StopAsync();
        await _application.DisposeAsync();
        _files.Dispose();
        _folder.Dispose();
    }
}
