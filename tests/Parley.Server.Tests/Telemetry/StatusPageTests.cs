using System.Text.RegularExpressions;
using Parley.Server.Tests.Hosting;

namespace Parley.Server.Tests.Telemetry;

public sealed partial class StatusPageTests
{
    [Fact]
    public async Task Page_has_its_title_strict_rules_and_nothing_inline()
    {
        await using RunningHost host = await RunningHost.StartAsync();

        using HttpResponseMessage page = await host.Http.GetAsync("?token=abc");
        string html = await page.Content.ReadAsStringAsync();

        html.ShouldContain("<title>FunASR 服务状态</title>");
        string policy = page.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldNotContain("unsafe");
        html.ShouldNotContain("style=");
        Inline().IsMatch(html).ShouldBeFalse();
        html.ShouldNotContain("abc");
        page.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
        foreach ((string file, string type) in new[] { ("status.js", "text/javascript"), ("status.css", "text/css") })
        {
            using HttpResponseMessage part = await host.Http.GetAsync(file);
            html.ShouldContain($"\"{file}\"");
            part.Content.Headers.ContentType!.MediaType.ShouldBe(type);
            (await part.Content.ReadAsStringAsync()).ShouldNotContain("innerHTML");
        }
    }

    [GeneratedRegex(@"<script(?![^>]*\bsrc=)|\son\w+=|javascript:", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Inline();
}
