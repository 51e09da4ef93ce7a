using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Parley.Server.Tests.Browser;

/// <summary>One person at the page: a browser with cookies and storage of its own. Ends with a check that the browser found nothing to complain of.</summary>
internal sealed class Visit
{
    /// <summary>Where pictures of the page go; nobody compares them, people look.</summary>
    public static string Pictures { get; } = Path.Combine(TestPaths.Root, "artifacts", "screenshots");

    private const float Patience = 30_000; // milliseconds

    // Violations that matter, each with the elements it was found in.
    private const string Look = """
        async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
          .filter(found => found.impact === 'serious' || found.impact === 'critical')
          .map(found => `${found.id}: ${found.help}\n` + found.nodes.map(node => `    ${node.html}\n    ${node.failureSummary}`).join('\n'))
        """;

    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly List<string> _expected = [];
    private readonly Workplace _workplace;

    static Visit() => Assertions.SetDefaultExpectTimeout(Patience);

    private Visit(IPage page, Workplace workplace)
    {
        _workplace = workplace;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _complaints.Enqueue($"{message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        // Who listens gets files chosen by the test from now on; from the moment of asking, a quick key would be faster.
        page.FileChooser += static (_, _) => { };
        page.Dialog += (_, dialog) => _complaints.Enqueue($"A dialog of the browser opened: {dialog.Message}");
    }

    public IPage Page { get; }

    /// <summary>The sentences of a transcript, in order.</summary>
    public ILocator Sentences => Page.GetByTestId("sentence");

    /// <summary>The sentence that is heard. Which one that is may have changed by the time of a look.</summary>
    public ILocator CurrentSentence => Page.Locator("[data-testid=sentence][aria-current=true]");

    /// <summary>The panel of those who speak.</summary>
    public ILocator Speakers => Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Speakers", Exact = true });

    /// <summary>What the player's slider says, in seconds.</summary>
    public ILocator Position => Page.GetByRole(AriaRole.Slider);

    public ILocator Dialog => Page.GetByRole(AriaRole.Dialog);

    public static async Task RunAsync(IBrowser browser, Workplace workplace, Uri address, BrowserNewContextOptions options, Func<Visit, Task> act)
    {
        options.BaseURL = address.ToString();
        options.Locale ??= "en-GB";
        options.TimezoneId ??= "Asia/Shanghai";
        // What fades in has not its own colours yet, and what moves is hard to click.
        options.ReducedMotion ??= ReducedMotion.Reduce;
        await using IBrowserContext context = await browser.NewContextAsync(options);
        context.SetDefaultTimeout(Patience);
        Visit visit = new(await context.NewPageAsync(), workplace);
        try
        {
            await visit.Page.GotoAsync("/");
            await act(visit);
        }
        catch
        {
            await visit.PictureAsync($"failed-{TestContext.Current.TestMethod?.MethodName}");
            TestContext.Current.TestOutputHelper?.WriteLine("The browser said: " + string.Join('\n', visit._complaints));
            throw;
        }

        visit._complaints.Where(complaint => !visit._expected.Exists(expected => complaint.Contains(expected, StringComparison.Ordinal))).ShouldBeEmpty();
    }

    /// <summary>A complaint that belongs to this test: browsers report every refused request.</summary>
    public void Expect(string complaint) => _expected.Add(complaint);

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true });

    /// <summary>A choice of the open menu, by a part of its name.</summary>
    public ILocator Choice(string name) => Page.GetByRole(AriaRole.Menuitem, new PageGetByRoleOptions { Name = name });

    /// <summary>The line of a recording on the start view.</summary>
    public ILocator Row(string fileName) => Page.Locator(".recordings").GetByRole(AriaRole.Listitem).Filter(new LocatorFilterOptions { HasText = fileName });

    /// <summary>Chooses a file with the mouse.</summary>
    public async Task ChooseAsync(FilePayload file)
    {
        IFileChooser chooser = await Page.RunAndWaitForFileChooserAsync(() => Button("Choose files").ClickAsync());
        await chooser.SetFilesAsync(file);
    }

    /// <summary>Opens a finished job.</summary>
    public async Task OpenAsync(string jobId)
    {
        await Page.GotoAsync($"/#/recordings/{jobId}");
        await Assertions.Expect(Page.Locator(".speakers")).ToBeVisibleAsync();
    }

    /// <summary>Opens the menu of a sentence and makes a choice.</summary>
    public async Task DoWithSentenceAsync(int index, string choice)
    {
        await Sentences.Nth(index).HoverAsync();
        await Sentences.Nth(index).Locator(".sentence-more").ClickAsync();
        await Choice(choice).ClickAsync();
    }

    /// <summary>Number of the sentence that is heard, from 0; -1 for none.</summary>
    public Task<int> CurrentIndexAsync()
        => Page.EvaluateAsync<int>("() => [...document.querySelectorAll('[data-testid=sentence]')].findIndex(sentence => sentence.ariaCurrent === 'true')");

    /// <summary>How many places of a text are marked for a purpose: <c>word</c>, <c>hit</c>.</summary>
    public Task<int> MarksAsync(string purpose) => Page.EvaluateAsync<int>("purpose => CSS.highlights.get(purpose)?.size ?? 0", purpose);

    /// <summary>The middle of a character of a sentence, in pixels of the window.</summary>
    public Task<float[]> PlaceOfAsync(int sentence, int character) => Page.EvaluateAsync<float[]>(
        """
        ([sentence, character]) => {
          const text = document.querySelectorAll('[data-testid=sentence] .text')[sentence].firstChild, range = document.createRange();
          text.parentElement.scrollIntoView({ block: 'center' });
          range.setStart(text, character);
          range.setEnd(text, character + 1);
          const box = range.getBoundingClientRect();
          return [box.x + box.width / 2, box.y + box.height / 2];
        }
        """,
        new[] { sentence, character });

    /// <summary>Takes a picture of the window.</summary>
    public async Task PictureAsync(string name, string? folder = null)
    {
        string place = Directory.CreateDirectory(folder ?? Pictures).FullName;
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(place, name + ".png") });
    }

    /// <summary>Whether the page keeps out people who hear it, cannot use a mouse or see little contrast, or is wider than its window; and a picture.</summary>
    public async Task InspectAsync(string name)
    {
        await PictureAsync(name);
        (await Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0, $"{name} is wider than its window.");
        if (!await Page.EvaluateAsync<bool>("() => 'axe' in window"))
            await Page.EvaluateAsync(await _workplace.AxeAsync());
        string[] violations = await Page.EvaluateAsync<string[]>(Look);
        violations.ShouldBeEmpty($"{name}:\n{string.Join('\n', violations)}");
    }
}
