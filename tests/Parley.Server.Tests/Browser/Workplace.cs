using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Parley.Server.Tests.EndToEnd;

namespace Parley.Server.Tests.Browser;

/// <summary>One server with the shipped models and one Chromium for all tests of the page. Tests run one after another; each visits with cookies and storage of its own.</summary>
public sealed class Workplace : IAsyncLifetime
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private ServerProcess? _server;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private string? _missing;
    private string? _axe;

    internal ServerProcess Server => _server ?? throw new InvalidOperationException("The server has not started.");

    public async ValueTask InitializeAsync()
    {
        if (Array.Find(Programs, File.Exists) is not { } program)
        {
            _missing = "Chromium is not installed (apt-get install chromium).";
            return;
        }

        Task<ServerProcess> server = ServerProcess.StartAsync(config => config["transcription"]!["max_concurrent_tasks"] = 1);
        try
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = program,
                // Without its sandbox, which many containers cannot give it: it visits nothing but our own page.
                ChromiumSandbox = false,
                Args = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", $"--use-file-for-fake-audio-capture={TestPaths.Sample("interview.wav")}"],
            });
        }
        finally
        {
            _server = await server;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    /// <summary>Skips the test where there is no browser.</summary>
    internal void NeedBrowser() => Assert.SkipWhen(_missing is not null, _missing ?? "");

    /// <summary>Visits the page; skips the test where there is no browser.</summary>
    /// <param name="act">What is done and looked at there.</param>
    /// <param name="options">Language, colours, size of the window.</param>
    /// <param name="server">Another server than the common one.</param>
    internal async Task VisitAsync(Func<Visit, Task> act, BrowserNewContextOptions? options = null, ServerProcess? server = null)
    {
        NeedBrowser();
        await Visit.RunAsync(_browser!, this, (server ?? Server).Http, options ?? new BrowserNewContextOptions(), act);
    }

    /// <summary>The script that looks for what keeps people from using a page; skips the test where it cannot be fetched.</summary>
    internal async Task<string> AxeAsync()
        => _axe ??= await File.ReadAllTextAsync(Path.Combine(await NodeFolder.InstallAsync(Path.Combine("Browser", "axe")), "node_modules", "axe-core", "axe.min.js"));

    /// <summary>A finished job, made over the API. The same recording again is known from before.</summary>
    /// <returns>Its id.</returns>
    internal async Task<string> TranscribeAsync(byte[] recording, string name, bool keepsRecording = true)
    {
        NeedBrowser();
        string id = await SubmitAsync(recording, name, keepsRecording);
        using HttpClient http = new() { BaseAddress = Server.Http };
        await Until.TrueAsync(
            async () => (string)(await JobAsync(http, id))["state"]! is not ("pending" or "processing"),
            () => $"Job {id} did not end.");
        ((string)(await JobAsync(http, id))["state"]!).ShouldBe("completed");
        return id;
    }

    /// <summary>A job, made over the API.</summary>
    internal async Task<string> SubmitAsync(byte[] recording, string name, bool keepsRecording = true)
    {
        NeedBrowser();
        using HttpClient http = new() { BaseAddress = Server.Http };
        using MultipartFormDataContent form = [];
        ByteArrayContent file = new(recording);
        file.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        form.Add(file, "file", name);
        form.Add(new StringContent(keepsRecording ? "true" : "false"), "keep_recording");
        using HttpResponseMessage answer = await http.PostAsync(new Uri("api/v1/jobs", UriKind.Relative), form);
        string body = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(body);
        return (string)JsonNode.Parse(body)!["id"]!;
    }

    private static async Task<JsonNode> JobAsync(HttpClient http, string id)
        => JsonNode.Parse(await http.GetStringAsync(new Uri($"api/v1/jobs/{id}", UriKind.Relative)))!;
}

/// <summary>Tests of the page share their server and their browser.</summary>
[CollectionDefinition(nameof(Workplace))]
public sealed class WorkplaceDefinition : ICollectionFixture<Workplace>;
