using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Server.Configuration;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Tests.Jobs;
using Parley.Server.Tests.Webhooks;

namespace Parley.Server.Tests.JobsApi;

/// <summary>The OpenAPI document against the routes, its specification, and what the server really answers.</summary>
public sealed class OpenApiTests : IAsyncLifetime
{
    // The host adds these, from rooms that are not here.
    private static readonly string[] OfTheHost = ["get /status"];

    // Nobody answers there, which a delivery says, too.
    private readonly WebhookHarness _webhooks = new(new WebhookOptions { Secret = WebhookHarness.Secret, Urls = ["http://127.0.0.1:1/"] });
    private ApiHost _host = null!;

    private JobsHarness Jobs => _webhooks.Jobs;

    public async ValueTask InitializeAsync()
    {
        await _webhooks.OpenAsync();
        _host = await ApiHost.StartAsync(Jobs.Jobs, webhooks: _webhooks.Webhooks);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _webhooks.DisposeAsync();
    }

    [Fact]
    public async Task Every_route_is_in_it_and_nothing_else()
    {
        JsonElement document = await ApiHost.JsonAsync(await _host.GetAsync("/openapi.json"));

        IEnumerable<string> described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name} {path.Name}"));
        IEnumerable<string> mapped = _host.Routes.All.SelectMany(path => path.Value.Select(method => $"{method.ToLowerInvariant()} {path.Key}")).Concat(OfTheHost);

        described.Order(StringComparer.Ordinal).ShouldBe(mapped.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_is_valid_and_real_answers_fit_its_schemas()
    {
        string folder = await NodeFolder.InstallAsync(Path.Combine("JobsApi", "Node"));
        using MultipartFormDataContent form = new() { { new ByteArrayContent([1, 2, 3]), "file", "talk.wav" } };
        JsonArray answers = [];
        JsonElement job = await TakeAsync("Job", await _host.SendAsync(HttpMethod.Post, "/jobs", form), HttpStatusCode.Accepted);
        string path = $"/jobs/{job.GetProperty("id")}";
        FakeWork work = await Jobs.Engine.NextAsync();
        await TakeAsync("Job", await _host.GetAsync(path));
        Add("Problem", await ApiHost.ProblemAsync(await _host.GetAsync(path + "/transcript"), Problems.NotCompleted));
        work.Complete();
        await Until.TrueAsync(async () => (await ApiHost.JsonAsync(await _host.GetAsync(path))).GetProperty("state").GetString() == "completed", static () => "The job never ended.");
        await TakeAsync("Job", await _host.GetAsync(path));
        await TakeAsync("JobPage", await _host.GetAsync("/jobs"));
        await TakeAsync("Session", await _host.GetAsync("/session"));
        await TakeAsync("Transcript", await _host.GetAsync(path + "/transcript"));
        await TakeAsync("EditList", await _host.GetAsync(path + "/edits"));
        JsonElement listed = await ApiHost.JsonAsync(await _host.GetAsync("/webhooks/deliveries" + path.Replace("/jobs/", "?job=", StringComparison.Ordinal)));
        JsonElement delivery = listed.GetProperty("deliveries").EnumerateArray().ShouldHaveSingleItem();
        Add("Delivery", delivery);
        await TakeAsync("Delivery", await _host.SendAsync(HttpMethod.Post, $"/webhooks/deliveries/{delivery.GetProperty("id")}/replay"), HttpStatusCode.Accepted);
        string document = Path.Combine(folder, "document.json"), found = Path.Combine(folder, "answers.json");
        await File.WriteAllTextAsync(document, (await ApiHost.JsonAsync(await _host.GetAsync("/openapi.json"))).GetRawText(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(found, answers.ToJsonString(), TestContext.Current.CancellationToken);

        (int status, string output, string trouble) = await NodeFolder.RunAsync("node", ["check.mjs", document, found], folder);

        status.ShouldBe(0, output + trouble);

        async Task<JsonElement> TakeAsync(string schema, HttpResponseMessage answer, HttpStatusCode status = HttpStatusCode.OK)
        {
            JsonElement value = await ApiHost.JsonAsync(answer, status);
            Add(schema, value);
            return value;
        }

        void Add(string schema, JsonElement value) => answers.Add(new JsonObject { ["schema"] = schema, ["value"] = JsonNode.Parse(value.GetRawText()) });
    }
}
