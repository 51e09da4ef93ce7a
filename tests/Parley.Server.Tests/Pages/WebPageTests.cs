using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using Parley.Server.Tests.Hosting;

namespace Parley.Server.Tests.Pages;

public sealed partial class WebPageTests
{
    [Fact]
    public async Task Page_has_strict_rules_and_nothing_inline()
    {
        await using RunningHost host = await RunningHost.StartAsync();

        using HttpResponseMessage page = await host.Http.GetAsync("?token=abc");
        string html = await page.Content.ReadAsStringAsync();

        html.ShouldContain("<title>Parley</title>");
        html.ShouldNotContain("abc");
        html.ShouldNotContain("style=");
        html.ShouldNotContain("{{");
        Inline().IsMatch(html).ShouldBeFalse();
        string policy = Header(page, "Content-Security-Policy");
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe");
        policy.ShouldNotContain("http");
        Header(page, "Referrer-Policy").ShouldBe("no-referrer");
        Header(page, "Permissions-Policy").ShouldContain("microphone=(self)");
        Header(page, "Cross-Origin-Opener-Policy").ShouldBe("same-origin");
        Header(page, "X-Content-Type-Options").ShouldBe("nosniff");
        Header(page, "Cache-Control").ShouldBe("no-cache");
    }

    [Fact]
    public async Task Files_never_change_under_their_name_come_compressed_and_name_no_other_host()
    {
        await using RunningHost host = await RunningHost.StartAsync();
        string html = await host.Http.GetStringAsync("");
        string[] files = [.. Files().Matches(html).Select(match => match.Groups[1].Value)];

        files.Select(Path.GetExtension).Distinct().Order(StringComparer.Ordinal).ShouldBe([".css", ".js", ".svg"]);
        int scripts = 0;
        foreach (string file in files)
        {
            byte[] plain = await host.Http.GetByteArrayAsync(file);
            byte[] packed = await PackedAsync(host, file);
            Unpack(packed).ShouldBe(plain);
            scripts += file.EndsWith(".js", StringComparison.Ordinal) ? packed.Length : 0;
            OtherHosts().Matches(System.Text.Encoding.UTF8.GetString(plain)).Select(match => match.Value).Except(["http://www.w3.org"]).ShouldBeEmpty();
        }

        scripts.ShouldBeInRange(1, 150_000);
        (await host.Http.GetAsync("assets/page-0000000000.js")).StatusCode.ShouldBe(HttpStatusCode.UpgradeRequired);
    }

    [Fact]
    public async Task Known_page_is_not_sent_again_and_the_old_ways_to_the_status_lead_there()
    {
        await using RunningHost host = await RunningHost.StartAsync();
        using HttpResponseMessage first = await host.Http.GetAsync("");
        using HttpRequestMessage again = new(HttpMethod.Get, "");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using HttpClient plain = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = host.Http.BaseAddress };

        using HttpResponseMessage second = await host.Http.SendAsync(again);
        using HttpResponseMessage head = await host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, ""));
        using HttpResponseMessage status = await plain.GetAsync("status?token=a%26b");

        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        head.Content.Headers.ContentLength.ShouldNotBeNull().ShouldBeGreaterThan(100);
        status.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        status.Headers.Location!.OriginalString.ShouldBe("/?token=a%26b#/status");
    }

    [Fact]
    public async Task Logic_of_the_page_passes_its_own_tests()
    {
        string build = Path.Combine(TestPaths.Root, "src", "Parley.Web", "build.mjs");
        ProcessStartInfo start = new("node", [build, Path.Combine(AppContext.BaseDirectory, "page"), "--test"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), trouble = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        process.ExitCode.ShouldBe(0, await output + await trouble);
        (await output).ShouldContain("# pass");
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();

    private static async Task<byte[]> PackedAsync(RunningHost host, string file)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, file);
        request.Headers.Add("Accept-Encoding", "gzip, br;q=0");
        using HttpResponseMessage answer = await host.Http.SendAsync(request);
        answer.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        answer.Headers.Vary.ShouldBe(["Accept-Encoding"]);
        Header(answer, "Cache-Control").ShouldContain("immutable");
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private static byte[] Unpack(byte[] packed)
    {
        using GZipStream stream = new(new MemoryStream(packed), CompressionMode.Decompress);
        using MemoryStream plain = new();
        stream.CopyTo(plain);
        return plain.ToArray();
    }

    [GeneratedRegex(@"<script(?![^>]*\bsrc=)|<style|\son\w+=|javascript:", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Inline();

    [GeneratedRegex("(?:src|href)=\"(/assets/[^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Files();

    [GeneratedRegex(@"https?://[\w.-]+\.\w+", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex OtherHosts();
}
