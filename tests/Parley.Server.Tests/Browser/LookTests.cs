using Microsoft.Playwright;
using Parley.Server.Tests.EndToEnd;
using static Microsoft.Playwright.Assertions;

namespace Parley.Server.Tests.Browser;

/// <summary>Every view in both languages and colours, on a desk and in a hand: fit for everybody, no wider than its window, and with a picture.</summary>
[Collection(nameof(Workplace))]
[Trait("Group", "e2e")]
public sealed class LookTests(Workplace workplace)
{
    [Theory]
    [InlineData("en", ColorScheme.Light, 1280, 800)]
    [InlineData("zh", ColorScheme.Dark, 1280, 800)]
    [InlineData("zh", ColorScheme.Light, 390, 844)]
    [InlineData("en", ColorScheme.Dark, 390, 844)]
    public async Task Views_are_fit_for_everybody(string language, ColorScheme colours, int width, int height)
    {
        string id = await workplace.TranscribeAsync(Recordings.Whole, "采访 interview with an engineer about speech recognition.wav");
        string kind = $"{language}-{(colours == ColorScheme.Dark ? "dark" : "light")}-{(width < 600 ? "phone" : "desk")}";
        BrowserNewContextOptions options = new()
        {
            Locale = language == "zh" ? "zh-CN" : "en-GB",
            ColorScheme = colours,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            DeviceScaleFactor = width < 600 ? 2 : 1,
            HasTouch = width < 600,
            IsMobile = width < 600,
        };
        await workplace.VisitAsync(
            async visit =>
            {
                IPage page = visit.Page;
                await Expect(page.Locator(".row.job").First).ToBeVisibleAsync();
                (await page.EvaluateAsync<string>("() => document.documentElement.lang")).ShouldStartWith(language);
                await visit.InspectAsync($"{kind}-start");

                await page.GotoAsync($"/#/recordings/{id}");
                await Expect(page.Locator(".speakers")).ToBeVisibleAsync();
                await Expect(page.GetByTestId("waveform")).ToBeVisibleAsync();
                await page.Locator(".sentence .text").Nth(3).ClickAsync();
                await Expect(visit.Sentences.Nth(3)).ToHaveAttributeAsync("aria-current", "true");
                await page.Locator(".play").ClickAsync();
                await visit.InspectAsync($"{kind}-transcript");
                await page.Locator(".sentence-more").Nth(1).ClickAsync();
                await visit.InspectAsync($"{kind}-menu");
                await page.Keyboard.PressAsync("Escape");
                await page.Locator(".speakers .speaker-name").First.ClickAsync();
                await visit.InspectAsync($"{kind}-rename");
                await page.Keyboard.PressAsync("Escape");
                await page.Locator(".speakers > .link").ClickAsync();
                await visit.InspectAsync($"{kind}-rediarize");
                await page.Keyboard.PressAsync("Escape");

                await page.GotoAsync("/#/status");
                await Expect(page.Locator(".tiles")).ToBeVisibleAsync();
                await visit.InspectAsync($"{kind}-status");
            },
            options);
    }
}
