using Microsoft.Playwright;
using Parley.Server.Auth;
using Parley.Server.Configuration;
using Parley.Server.Tests.EndToEnd;
using static Microsoft.Playwright.Assertions;

namespace Parley.Server.Tests.Browser;

/// <summary>What the page shows of its server: who may come in, how it is, that it is gone.</summary>
[Collection(nameof(Workplace))]
[Trait("Group", "e2e")]
public sealed class ServerTests(Workplace workplace)
{
    private const string Key = "a key of this test alone, long enough";

    private const string Listen = """
        id => new Promise(heard => {
          const events = new EventSource(`/api/v1/jobs/${id}/events`);
          events.addEventListener('end', event => {
            events.close();
            heard(JSON.parse(event.data).state);
          });
        })
        """;

    [Fact]
    public async Task A_token_opens_everything_sound_and_events_too()
    {
        workplace.NeedBrowser();
        await using ServerProcess server = await ServerProcess.StartAsync(config =>
        {
            config["transcription"]!["concurrency_mode"] = "lock";
            config["auth"] = new System.Text.Json.Nodes.JsonObject { ["enabled"] = true, ["secret_key"] = Key };
        });
        string token = new TokenIssuer(new AuthOptions { Enabled = true, SecretKey = Key }, TimeProvider.System).Issue("王芳");
        await workplace.VisitAsync(
            async visit =>
            {
                visit.Expect("status of 401");
                ILocator field = visit.Page.GetByLabel("Token");
                await field.FillAsync("eyJ.of.another");
                await visit.Button("Sign in").ClickAsync();
                await Expect(visit.Page.GetByRole(AriaRole.Alert)).Not.ToBeEmptyAsync();
                await visit.InspectAsync("sign-in");
                await field.FillAsync(token);
                await field.PressAsync("Enter");

                await visit.ChooseAsync(new FilePayload { Name = "secret.wav", MimeType = "audio/wav", Buffer = Recordings.Cut(0, 14) });
                await Expect(visit.Row("secret.wav")).ToContainTextAsync("14 s");
                await visit.Row("secret.wav").GetByRole(AriaRole.Link).ClickAsync();
                await visit.Button("Play").ClickAsync();
                await Expect(visit.CurrentSentence).ToHaveCountAsync(1);
                string id = visit.Page.Url.Split('/')[^1];
                (await visit.Page.EvaluateAsync<string>(Listen, id)).ShouldBe("completed");

                await visit.Button("Sign out 王芳").ClickAsync();
                await Expect(field).ToBeVisibleAsync();
                await visit.Page.ReloadAsync();
                await Expect(field).ToBeVisibleAsync();
            },
            server: server);
    }

    [Fact]
    public async Task A_server_that_dies_is_missed_and_found_again_with_its_work()
    {
        string id = await workplace.SubmitAsync(Recordings.Long(600), "survivor.wav");
        await workplace.VisitAsync(async visit =>
        {
            visit.Expect("Failed to load resource"); // while nobody answers
            visit.Expect("net::ERR_");
            await visit.Page.GotoAsync($"/#/recordings/{id}");
            await Expect(visit.Page.GetByRole(AriaRole.Progressbar)).ToBeVisibleAsync();
            ILocator banner = visit.Page.GetByText("The server does not answer");

            await workplace.Server.KillAsync();
            try
            {
                await Expect(banner).ToBeVisibleAsync();
                await visit.InspectAsync("unreachable");
            }
            finally
            {
                workplace.Server.Launch();
                await workplace.Server.WaitUntilReadyAsync();
            }

            await Expect(banner).ToBeHiddenAsync();
            await Expect(visit.Page.Locator(".speakers")).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = 180_000 });
        });
    }

    [Fact]
    public async Task State_of_the_server_and_addresses_that_lead_nowhere()
    {
        await workplace.TranscribeAsync(Recordings.Whole, "status.wav");
        await workplace.VisitAsync(async visit =>
        {
            visit.Expect("status of 404");
            await visit.Page.GotoAsync("/status");
            await Expect(visit.Page.GetByText("All is well")).ToBeVisibleAsync();
            await Expect(visit.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Workers" })).ToBeVisibleAsync();
            await Expect(visit.Page.GetByRole(AriaRole.Img, new PageGetByRoleOptions { Name = "Seconds of work" })).ToBeVisibleAsync();

            await visit.Page.GotoAsync($"/#/recordings/{Guid.NewGuid()}");
            await Expect(visit.Page.GetByText("This recording is not here")).ToBeVisibleAsync();
            await visit.InspectAsync("unknown");
            await visit.Page.GotoAsync("/#/elsewhere");
            await Expect(visit.Page.GetByText("The address leads nowhere")).ToBeVisibleAsync();

            // Clients of the original come to the same address.
            await using SpkClient client = await SpkClient.ConnectAsync(workplace.Server.WebSocket);
        });
    }
}
