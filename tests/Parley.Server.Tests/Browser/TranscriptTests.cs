using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Parley.Server.Tests.EndToEnd;
using static Microsoft.Playwright.Assertions;

namespace Parley.Server.Tests.Browser;

/// <summary>What people do with a transcript.</summary>
[Collection(nameof(Workplace))]
[Trait("Group", "e2e")]
public sealed class TranscriptTests(Workplace workplace)
{
    [Fact]
    public async Task Text_follows_the_sound_and_a_word_leads_to_its_sound()
    {
        string id = await workplace.TranscribeAsync(Recordings.Whole, "listen.wav");
        await workplace.VisitAsync(async visit =>
        {
            await visit.OpenAsync(id);

            await visit.Button("Play").ClickAsync();
            await Expect(visit.CurrentSentence).ToHaveCountAsync(1);
            await Until.TrueAsync(async () => await visit.MarksAsync("word") == 1, () => "No word was marked.");
            await Until.TrueAsync(async () => await PositionAsync(visit) > 1, () => "The sound does not move.");
            await visit.InspectAsync("playing");
            await visit.Button("Pause").ClickAsync();

            // The third word of the fifth sentence.
            JsonNode sentence = (await TranscriptAsync(id))["sentences"]![4]!;
            string word = ((string)sentence["words"]![2]!["text"]!).Trim();
            double start = (double)sentence["words"]![2]!["start"]!;
            float[] place = await visit.PlaceOfAsync(4, ((string)sentence["text"]!).IndexOf(word, 1, StringComparison.OrdinalIgnoreCase));
            await visit.Page.Mouse.ClickAsync(place[0], place[1]);

            await Expect(visit.CurrentSentence).ToHaveCountAsync(1);
            await Expect(visit.Button("Pause")).ToBeVisibleAsync();
            await visit.Button("Pause").ClickAsync();
            (await PositionAsync(visit)).ShouldBeInRange(start - 0.15, start + 8);
        });
    }

    [Fact]
    public async Task Corrections_are_kept_and_taken_back()
    {
        string id = await workplace.TranscribeAsync(Recordings.Whole, "correct.wav");
        await workplace.VisitAsync(async visit =>
        {
            await visit.OpenAsync(id);
            ILocator speakers = visit.Speakers.GetByRole(AriaRole.Listitem), first = visit.Sentences.First.Locator(".text");
            string before = await first.InnerTextAsync();

            await RenameAsync(visit, "Speaker 1", "Anna");
            await visit.Page.ReloadAsync();
            await Expect(visit.Speakers.GetByText("Anna")).ToBeVisibleAsync();

            await visit.DoWithSentenceAsync(0, "Said by Speaker 2");
            await Expect(Turn(visit, 0)).ToHaveAccessibleNameAsync("Speaker 2");

            await visit.DoWithSentenceAsync(0, "Correct the text");
            await visit.Page.GetByLabel("Text of the sentence").FillAsync("各位 <img src=x onerror=alert(1)> 晚上好。");
            await visit.InspectAsync("editing");
            await visit.Page.Keyboard.PressAsync("Enter");
            await Expect(first).ToHaveTextAsync("各位 <img src=x onerror=alert(1)> 晚上好。");
            await Expect(visit.Page.GetByTitle("Corrected by hand")).ToBeVisibleAsync();
            await Expect(visit.Page.Locator("img")).ToHaveCountAsync(0);

            await visit.Page.Keyboard.PressAsync("Control+z");
            await Expect(first).ToHaveTextAsync(before);
            await visit.Button("Undo the last change").ClickAsync();
            await Expect(Turn(visit, 0)).ToHaveAccessibleNameAsync("Anna");

            await visit.Button("Actions for Speaker 2").ClickAsync();
            await visit.InspectAsync("speaker-menu");
            await visit.Choice("Is the same as Anna").ClickAsync();
            await Expect(speakers).ToHaveCountAsync(1);
            await visit.Page.ReloadAsync();
            await Expect(speakers).ToHaveCountAsync(1);
            await visit.Button("Undo the last change").ClickAsync();
            await Expect(speakers).ToHaveCountAsync(2);
        });
    }

    [Fact]
    public async Task A_transcript_without_its_recording_is_corrected_all_the_same()
    {
        string id = await workplace.TranscribeAsync(Recordings.Whole, "silent.wav", keepsRecording: false);
        await workplace.VisitAsync(async visit =>
        {
            await visit.OpenAsync(id);
            await Expect(visit.Page.GetByText("The recording was not kept")).ToBeVisibleAsync();
            await visit.InspectAsync("no-recording");

            await visit.DoWithSentenceAsync(1, "Correct the text");
            await visit.Page.GetByLabel("Text of the sentence").FillAsync("By the menu.");
            await visit.Page.Keyboard.PressAsync("Enter");
            await Expect(visit.Sentences.Nth(1).Locator(".text")).ToHaveTextAsync("By the menu.");
            await Expect(visit.Page.GetByLabel("Text of the sentence")).ToHaveCountAsync(0);
            await visit.Page.Keyboard.PressAsync("/");
            await Expect(visit.Page.GetByRole(AriaRole.Searchbox)).ToBeFocusedAsync();
        });
    }

    [Fact]
    public async Task Keys_are_never_too_quick_for_the_page()
    {
        string id = await workplace.TranscribeAsync(Recordings.Whole, "quick.wav", keepsRecording: false);
        await workplace.VisitAsync(async visit =>
        {
            IKeyboard keys = visit.Page.Keyboard;
            ILocator field = visit.Page.GetByLabel("Text of the sentence"), first = visit.Sentences.First, search = visit.Page.GetByRole(AriaRole.Searchbox);
            await visit.OpenAsync(id);
            await HoldFramesAsync(visit);
            string text = await first.Locator(".text").InnerTextAsync();

            // Nothing is waited for between a key that opens something and the keys that are meant for it.
            await keys.PressAsync("e");
            await keys.TypeAsync(" Quick.");
            await Expect(field).ToHaveValueAsync(text + " Quick.");
            await keys.PressAsync("Enter");
            await Expect(first.Locator(".text")).ToHaveTextAsync(text + " Quick.");
            await Expect(first.Locator(".sentence-more")).ToBeFocusedAsync();
            await keys.PressAsync("/");
            await DrawAsync(visit);
            await Expect(search).ToBeFocusedAsync();

            await first.Locator(".sentence-more").FocusAsync();
            await keys.PressAsync("Enter");
            await keys.PressAsync("Enter");
            await keys.TypeAsync(" By the menu.");
            await Expect(field).ToHaveValueAsync(text + " Quick. By the menu.");
            await keys.PressAsync("Escape");
            await keys.PressAsync("/");
            await DrawAsync(visit);
            await Expect(search).ToBeFocusedAsync();

            await visit.Button("Speaker 1, rename").First.FocusAsync();
            await keys.PressAsync("Enter");
            await keys.TypeAsync("Anna");
            await keys.PressAsync("Enter");
            await Expect(visit.Button("Anna, rename").First).ToBeFocusedAsync();
            await keys.PressAsync("/");
            await DrawAsync(visit);
            await Expect(search).ToBeFocusedAsync();

            await visit.Button("Anna, rename").First.FocusAsync();
            await keys.PressAsync("?");
            await keys.PressAsync("/");
            await Expect(visit.Dialog).ToHaveCountAsync(1);
            await keys.PressAsync("Escape");
            await Expect(visit.Button("Anna, rename").First).ToBeFocusedAsync();
        });
    }

    [Fact]
    public async Task Whoever_goes_on_while_a_change_is_saved_is_not_called_back()
    {
        string id = await workplace.TranscribeAsync(Recordings.Whole, "slow.wav", keepsRecording: false);
        await workplace.VisitAsync(async visit =>
        {
            ILocator field = visit.Page.GetByLabel("Text of the sentence"), search = visit.Page.GetByRole(AriaRole.Searchbox);
            TaskCompletionSource answer = new();
            await visit.Page.RouteAsync("**/edits", async route =>
            {
                await answer.Task;
                await route.ContinueAsync();
            });
            await visit.OpenAsync(id);
            string second = await visit.Sentences.Nth(1).Locator(".text").InnerTextAsync();

            await visit.DoWithSentenceAsync(0, "Correct the text");
            await field.FillAsync("First.");
            await visit.Page.Keyboard.PressAsync("Enter");
            await search.ClickAsync();
            answer.SetResult();
            await Expect(visit.Sentences.Nth(0).Locator(".text")).ToHaveTextAsync("First.");
            await DrawAsync(visit);
            await Expect(search).ToBeFocusedAsync();

            answer = new TaskCompletionSource();
            await visit.DoWithSentenceAsync(1, "Correct the text");
            await field.FillAsync("Second.");
            await visit.Page.Keyboard.PressAsync("Enter");
            await visit.DoWithSentenceAsync(2, "Correct the text");
            await field.FillAsync("Third.");
            answer.SetResult();
            await Expect(visit.Sentences.Nth(1).Locator(".text")).ToHaveTextAsync("Second.");
            await Expect(field).ToHaveValueAsync("Third.");
            await visit.Page.Keyboard.PressAsync("Enter");
            await Expect(visit.Sentences.Nth(2).Locator(".text")).ToHaveTextAsync("Third.");

            answer = new TaskCompletionSource();
            await visit.Button("Speaker 1, rename").First.ClickAsync();
            await visit.Page.GetByLabel("Name of the speaker").FillAsync("Anna");
            await visit.Button("Speaker 2, rename").First.ClickAsync();
            answer.SetResult();
            await Expect(visit.Speakers.GetByText("Anna")).ToBeVisibleAsync();
            await Expect(visit.Page.GetByLabel("Name of the speaker")).ToHaveValueAsync("Speaker 2");

            // The name, the third text and the second.
            await visit.Page.Keyboard.PressAsync("Escape");
            await visit.Page.Keyboard.PressAsync("Control+z");
            await visit.Page.Keyboard.PressAsync("Control+z");
            await visit.Page.Keyboard.PressAsync("Control+z");
            await Expect(visit.Sentences.Nth(1).Locator(".text")).ToHaveTextAsync(second);
            await Expect(visit.Sentences.Nth(0).Locator(".text")).ToHaveTextAsync("First.");
        });
    }

    [Fact]
    public async Task Search_marks_every_place_and_goes_through_them()
    {
        string id = await workplace.TranscribeAsync(Recordings.Whole, "search.wav");
        await workplace.VisitAsync(async visit =>
        {
            await visit.OpenAsync(id);

            await visit.Page.Keyboard.PressAsync("/");
            await visit.Page.Keyboard.TypeAsync("谢谢");

            ILocator count = visit.Page.GetByRole(AriaRole.Search).GetByRole(AriaRole.Status);
            await Expect(count).ToHaveTextAsync("1 of 2");
            await Until.TrueAsync(async () => await visit.MarksAsync("hit") == 2, () => "The places were not marked.");
            await visit.InspectAsync("search");
            await visit.Page.Keyboard.PressAsync("Enter");
            await Expect(count).ToHaveTextAsync("2 of 2");
            await visit.Page.Keyboard.PressAsync("Enter");
            await Expect(count).ToHaveTextAsync("1 of 2");
            await visit.Page.Keyboard.PressAsync("Escape");
            await Until.TrueAsync(async () => await visit.MarksAsync("hit") == 0, () => "The marks stayed.");
        });
    }

    [Fact]
    public async Task Every_format_is_downloaded_with_the_corrections_in_it()
    {
        string id = await workplace.TranscribeAsync(Recordings.Whole, "会议 <1>.wav");
        await workplace.VisitAsync(async visit =>
        {
            await visit.OpenAsync(id);
            await RenameAsync(visit, "Speaker 1", "安娜");
            Dictionary<string, byte[]> files = [];
            foreach (string format in (string[])["txt", "srt", "vtt", "json", "docx", "rttm"])
            {
                await visit.Button("Download").ClickAsync();
                if (format == "txt")
                    await visit.InspectAsync("download");
                IDownload download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Choice("." + format).ClickAsync());
                download.SuggestedFilename.ShouldEndWith("." + format);
                download.SuggestedFilename.ShouldStartWith("会议");
                files[format] = await File.ReadAllBytesAsync(await download.PathAsync());
            }

            TextOf("txt").ShouldContain("安娜: ");
            TextOf("srt").ShouldStartWith("1\n00:00:0");
            TextOf("srt").ShouldContain("安娜:");
            TextOf("vtt").ShouldStartWith("WEBVTT");
            JsonNode.Parse(files["json"])!.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }).ShouldContain("安娜");
            TextOf("rttm").ShouldStartWith("SPEAKER ");
            await using ZipArchive word = new(new MemoryStream(files["docx"]));
            using StreamReader body = new(await word.GetEntry("word/document.xml")!.OpenAsync());
            (await body.ReadToEndAsync()).ShouldContain("安娜");

            string TextOf(string format) => System.Text.Encoding.UTF8.GetString(files[format]);
        });
    }

    [Fact]
    public async Task Two_people_at_one_transcript_do_not_lose_work()
    {
        string id = await workplace.TranscribeAsync(Recordings.Whole, "together.wav");
        await workplace.VisitAsync(async slow =>
        {
            slow.Expect("status of 409");
            await slow.OpenAsync(id);
            await workplace.VisitAsync(async quick =>
            {
                await quick.OpenAsync(id);
                await RenameAsync(quick, "Speaker 1", "Anna");
            });

            await slow.DoWithSentenceAsync(2, "Correct the text");
            await slow.Page.GetByLabel("Text of the sentence").FillAsync("Mine.");
            await slow.Page.Keyboard.PressAsync("Enter");

            await Expect(slow.Page.GetByText("Somebody changed this transcript meanwhile")).ToBeVisibleAsync();
            await Expect(slow.Speakers.GetByText("Anna")).ToBeVisibleAsync();
            await Expect(slow.Page.GetByLabel("Text of the sentence")).ToHaveValueAsync("Mine.");
            await slow.InspectAsync("conflict");
            await slow.Button("Apply mine, too").ClickAsync();
            await Expect(slow.Sentences.Nth(2).Locator(".text")).ToHaveTextAsync("Mine.");
            await slow.Page.ReloadAsync();
            await Expect(slow.Sentences.Nth(2).Locator(".text")).ToHaveTextAsync("Mine.");
            await Expect(slow.Speakers.GetByText("Anna")).ToBeVisibleAsync();
        });
    }

    [Fact]
    public async Task Hands_may_stay_on_the_keyboard_from_the_file_to_the_last_correction()
        => await workplace.VisitAsync(async visit =>
        {
            IKeyboard keys = visit.Page.Keyboard;
            await TabToAsync(visit, "Choose files");
            IFileChooser chooser = await visit.Page.RunAndWaitForFileChooserAsync(() => keys.PressAsync("Enter"));
            await chooser.SetFilesAsync(new FilePayload { Name = "by-keys.wav", MimeType = "audio/wav", Buffer = Recordings.Whole });
            await Expect(visit.Row("by-keys.wav")).ToContainTextAsync("2 speakers");
            await TabToAsync(visit, "by-keys.wav");
            await keys.PressAsync("Enter");
            await Expect(visit.Sentences.First).ToBeVisibleAsync();

            // Text comes first; keys for the sound work once there is a player.
            await Expect(visit.Button("Play")).ToBeVisibleAsync();
            await keys.PressAsync("k");
            await Expect(visit.Button("Pause")).ToBeVisibleAsync();
            await Expect(visit.CurrentSentence).ToHaveCountAsync(1);
            await keys.PressAsync("k");
            await Expect(visit.Button("Play")).ToBeVisibleAsync();
            int current = await visit.CurrentIndexAsync();
            await keys.PressAsync("n");
            await Expect(visit.Sentences.Nth(current + 1)).ToHaveAttributeAsync("aria-current", "true");
            await keys.PressAsync("]");
            await Expect(visit.Button("Speed 1.25×")).ToBeVisibleAsync();
            await keys.PressAsync("e");
            await Expect(visit.Page.GetByLabel("Text of the sentence")).ToBeFocusedAsync();
            await keys.PressAsync("Control+a");
            await keys.TypeAsync("By keys.");
            await keys.PressAsync("Enter");
            await Expect(visit.Sentences.Nth(current + 1).Locator(".text")).ToHaveTextAsync("By keys.");
            await Expect(visit.Page.GetByLabel("Text of the sentence")).ToHaveCountAsync(0);
            await keys.PressAsync("?");
            await visit.InspectAsync("shortcuts");
            await keys.PressAsync("Escape");
            await Expect(visit.Dialog).ToHaveCountAsync(0);
        });

    // A screen that shows nothing until the test says so: what waits for a frame, waits.
    private static Task HoldFramesAsync(Visit visit) => visit.Page.EvaluateAsync("() => { window.held = []; window.requestAnimationFrame = draw => window.held.push(draw); }");

    // Shows what was held back, and else the next frame.
    private static Task DrawAsync(Visit visit) => visit.Page.EvaluateAsync("() => window.held ? window.held.splice(0).forEach(draw => draw(performance.now())) : new Promise(requestAnimationFrame)");

    private static async Task<double> PositionAsync(Visit visit) => double.Parse(await visit.Position.InputValueAsync(), CultureInfo.InvariantCulture);

    private static ILocator Turn(Visit visit, int index) => visit.Page.Locator(".turn").Nth(index);

    private static async Task RenameAsync(Visit visit, string from, string to)
    {
        await visit.Speakers.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = from + ", rename" }).ClickAsync();
        await visit.Page.GetByLabel("Name of the speaker").FillAsync(to);
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Speakers.GetByText(to)).ToBeVisibleAsync();
    }

    // Presses Tab until the focus is on what is called so.
    private static async Task TabToAsync(Visit visit, string name)
    {
        for (int i = 0; i < 40; i++)
        {
            await visit.Page.Keyboard.PressAsync("Tab");
            if (await visit.Page.EvaluateAsync<string>("() => document.activeElement.ariaLabel ?? document.activeElement.textContent") == name)
                return;
        }

        Assert.Fail($"Tab does not lead to {name}.");
    }

    private async Task<JsonNode> TranscriptAsync(string id)
    {
        using HttpClient http = new() { BaseAddress = workplace.Server.Http };
        return JsonNode.Parse(await http.GetStringAsync(new Uri($"api/v1/jobs/{id}/transcript", UriKind.Relative)))!;
    }
}
