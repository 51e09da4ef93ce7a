using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Parley.Server.Tests.EndToEnd;
using static Microsoft.Playwright.Assertions;

namespace Parley.Server.Tests.Browser;

/// <summary>How recordings come in: chosen, resumed, recorded, broken; and text that appears while it is made.</summary>
[Collection(nameof(Workplace))]
[Trait("Group", "e2e")]
public sealed partial class IntakeTests(Workplace workplace)
{
    // Every note that a line of the list shows, in order.
    private const string WatchNotes = """
        () => {
          window.notes = [];
          new MutationObserver(() => document.querySelectorAll('.row-note').forEach(note => window.notes.push(note.textContent)))
            .observe(document.getElementById('page'), { subtree: true, childList: true, characterData: true });
        }
        """;

    [Fact]
    public async Task A_chosen_file_becomes_a_transcript_of_two_speakers_with_figures_as_was_wished()
        => await workplace.VisitAsync(async visit =>
        {
            await visit.Page.EvaluateAsync(WatchNotes);
            await visit.Page.GetByText("More options").ClickAsync();
            await visit.Page.GetByLabel("Write spoken Mandarin numbers in figures").CheckAsync();
            await Expect(visit.Page.GetByLabel("Words that are likely to be said")).ToBeVisibleAsync();
            await visit.InspectAsync("options");

            await visit.ChooseAsync(new FilePayload { Name = "interview.m4a", MimeType = "audio/mp4", Buffer = await File.ReadAllBytesAsync(TestPaths.Sample("interview.m4a")) });

            await Expect(visit.Row("interview.m4a")).ToContainTextAsync("1 min 5 s · 2 speakers");
            string[] notes = await visit.Page.EvaluateAsync<string[]>("() => window.notes");
            notes.ShouldContain(note => note.Contains("Next in the queue", StringComparison.Ordinal) || note.StartsWith("Transcribing", StringComparison.Ordinal));
            await visit.Row("interview.m4a").GetByRole(AriaRole.Link).ClickAsync();
            await Expect(visit.Speakers.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
            await Expect(visit.Sentences.First).ToContainTextAsync("大家");
            (await visit.Sentences.CountAsync()).ShouldBeGreaterThan(8);
            await Expect(visit.Sentences.Filter(new LocatorFilterOptions { HasText = "下降了20%" })).ToHaveCountAsync(1);
        });

    [Fact]
    public async Task Text_appears_while_it_is_made_and_the_job_can_be_cancelled()
    {
        // An hour and a half: still at work when everything has been looked at, even on a fast machine.
        string id = await workplace.SubmitAsync(Recordings.Long(5400), "long.wav");
        await workplace.VisitAsync(async visit =>
        {
            await visit.Page.GotoAsync($"/#/recordings/{id}");

            await Expect(visit.Sentences.Nth(2)).ToBeVisibleAsync();
            await Expect(visit.Page.GetByText("Listening …")).ToBeVisibleAsync();
            await Expect(visit.Page.GetByRole(AriaRole.Progressbar)).ToHaveAttributeAsync("aria-valuenow", Number());
            await visit.InspectAsync("live");
            await visit.Button("Cancel").ClickAsync();

            await Expect(visit.Page.GetByText("Cancelled", new PageGetByTextOptions { Exact = true })).ToBeVisibleAsync();
        });
    }

    [Fact]
    public async Task An_upload_goes_on_after_a_reload()
        => await workplace.VisitAsync(async visit =>
        {
            List<string> offsets = [];
            visit.Page.Request += (_, request) =>
            {
                if (request.Method == "PATCH")
                    offsets.Add(request.Headers["upload-offset"]);
            };
            ICDPSession network = await visit.Page.Context.NewCDPSessionAsync(visit.Page);
            await network.SendAsync("Network.enable");
            // Slow enough for a look at the page meanwhile.
            await SetUploadRateAsync(network, 400_000);
            await visit.ChooseAsync(new FilePayload { Name = "large.wav", MimeType = "audio/wav", Buffer = Recordings.Fine(1, 12) });
            ILocator progress = visit.Page.GetByRole(AriaRole.Progressbar, new PageGetByRoleOptions { Name = "Upload of large.wav" });
            await Expect(progress).ToHaveAttributeAsync("aria-valuenow", Part());
            await visit.InspectAsync("uploading");

            offsets.Clear();
            await visit.Page.ReloadAsync();
            await Expect(progress).ToHaveAttributeAsync("aria-valuenow", Part());
            await SetUploadRateAsync(network, -1);

            await Expect(visit.Row("large.wav")).ToContainTextAsync("12 s");
            offsets[0].ShouldNotBe("0");
            await Expect(progress).ToHaveCountAsync(0);
        });

    [Fact]
    public async Task A_broken_file_is_explained_and_its_name_is_no_markup()
        => await workplace.VisitAsync(async visit =>
        {
            const string Name = "<img src=x onerror=alert(1)>.mp3";
            byte[] noise = new byte[20_000];
            new Random(7).NextBytes(noise);

            await visit.ChooseAsync(new FilePayload { Name = Name, MimeType = "audio/mpeg", Buffer = noise });

            ILocator row = visit.Row(Name);
            await Expect(row.Locator(".refusal")).ToContainTextAsync("ffmpeg");
            (await row.Locator(".refusal").InnerTextAsync()).ShouldNotContain("Exception");
            await row.GetByRole(AriaRole.Link).ClickAsync();
            await Expect(visit.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = Name })).ToBeVisibleAsync();
            await Expect(visit.Page.Locator("img")).ToHaveCountAsync(0);
            await visit.InspectAsync("broken");
            await visit.Button("Delete").ClickAsync();
            await visit.InspectAsync("confirm");
            await visit.Dialog.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Delete" }).ClickAsync();
            await Expect(visit.Button("Choose files")).ToBeVisibleAsync();
            await Expect(row).ToHaveCountAsync(0);
        });

    [Fact]
    public async Task What_the_microphone_hears_is_reviewed_sent_and_transcribed()
        => await workplace.VisitAsync(async visit =>
        {
            await visit.Button("Record").ClickAsync();
            await Expect(visit.Page.GetByRole(AriaRole.Timer)).ToHaveTextAsync(SixSeconds());
            await visit.InspectAsync("recording");
            await visit.Dialog.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Stop" }).ClickAsync();
            await Expect(visit.Page.GetByLabel("Listen to your recording")).ToBeVisibleAsync();
            await visit.InspectAsync("review");
            await visit.Dialog.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Transcribe" }).ClickAsync();

            ILocator row = visit.Row("Recording 2");
            await Expect(row).ToContainTextAsync("speaker");
            await row.GetByRole(AriaRole.Link).ClickAsync();
            await Expect(visit.Sentences.First).ToBeVisibleAsync();
        });

    private static Task SetUploadRateAsync(ICDPSession network, int bytesPerSecond)
        => network.SendAsync("Network.emulateNetworkConditions", new Dictionary<string, object>
        {
            ["offline"] = false,
            ["latency"] = 0,
            ["downloadThroughput"] = -1,
            ["uploadThroughput"] = bytesPerSecond,
        });

    [GeneratedRegex("^[0-9]+$", RegexOptions.None, 1000)]
    private static partial Regex Number();

    [GeneratedRegex("^([1-9][0-9])$", RegexOptions.None, 1000)]
    private static partial Regex Part();

    [GeneratedRegex("^0:0[6-9]|0:1", RegexOptions.None, 1000)]
    private static partial Regex SixSeconds();
}
