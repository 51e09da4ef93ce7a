using System.Text;
using Microsoft.Playwright;
using Parley.Server.Tests.EndToEnd;
using static Microsoft.Playwright.Assertions;

namespace Parley.Server.Tests.Browser;

/// <summary>The pictures of the READMEs, taken by <c>eng/screenshots.sh</c> and not by test runs.</summary>
[Collection(nameof(Workplace))]
public sealed class ReadmePictures(Workplace workplace)
{
    private const int MostBytes = 300_000;

    [Theory(Explicit = true)]
    [InlineData("page-light", ColorScheme.Light)]
    [InlineData("page-dark", ColorScheme.Dark)]
    public async Task Transcript(string name, ColorScheme colours)
    {
        string id = await workplace.TranscribeAsync(Recordings.Whole, "interview.wav");
        BrowserNewContextOptions options = new() { ColorScheme = colours, ViewportSize = new ViewportSize { Width = 1200, Height = 800 }, DeviceScaleFactor = 1.5f };
        await workplace.VisitAsync(
            async visit =>
            {
                await NameSpeakersAsync(id);
                await visit.OpenAsync(id);
                await Expect(visit.Page.GetByTestId("waveform")).ToBeVisibleAsync();
                await visit.Sentences.Nth(4).Locator(".at").ClickAsync();
                await Until.TrueAsync(async () => await visit.MarksAsync("word") == 1, () => "No word was marked.");
                await visit.Page.Keyboard.PressAsync("k");
                await visit.Page.EvaluateAsync("() => document.activeElement.blur()");
                await visit.Page.Mouse.MoveAsync(0, 0);
                await visit.PictureAsync(name, Path.Combine(TestPaths.Root, "docs", "images"));
            },
            options);

        new FileInfo(Path.Combine(TestPaths.Root, "docs", "images", name + ".png")).Length.ShouldBeLessThanOrEqualTo(MostBytes);
    }

    private async Task NameSpeakersAsync(string id)
    {
        const string Names = """{"revision":0,"operations":[{"op":"rename_speaker","speaker":"s1","name":"主持人"},{"op":"rename_speaker","speaker":"s2","name":"工程师"}]}""";
        using HttpClient http = new() { BaseAddress = workplace.Server.Http };
        using StringContent body = new(Names, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await http.PostAsync(new Uri($"api/v1/jobs/{id}/edits", UriKind.Relative), body);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }
}
