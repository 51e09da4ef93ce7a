using System.Diagnostics;
using System.Text.RegularExpressions;
using Parley.Models;
using Parley.Transcripts.Metrics;

namespace Parley.Tests.Samples;

/// <summary>The program of samples/csharp: README shows exactly it, and it runs.</summary>
public sealed partial class CSharpSampleTests
{
    private static readonly string Source = Path.Combine(TestPaths.Samples, "csharp", "Program.cs");

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh-CN.md")]
    public void Readme_shows_the_sample(string readme)
    {
        string code = CSharpBlock().Match(File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, readme))).Groups[1].Value;
        code.ShouldBe(File.ReadAllText(Source));
    }

    [Fact]
    [Trait("Group", "e2e")]
    public async Task Sample_prints_who_said_what()
    {
        Assert.SkipUnless(ModelBundleLocator.IsBundle(TestPaths.DemoBundle), $"No model bundle at {TestPaths.DemoBundle}.");
        (int exitCode, string output, string error) = await RunAsync(Path.Combine(TestPaths.Samples, "interview.wav"));

        exitCode.ShouldBe(0, error);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldNotBeEmpty();
        foreach (string line in lines)
            Line().IsMatch(line.TrimEnd()).ShouldBeTrue(line);
        lines.ShouldContain(line => line.Contains(" Speaker1: ", StringComparison.Ordinal));
        lines.ShouldContain(line => line.Contains(" Speaker2: ", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Group", "e2e")]
    public async Task Readme_shows_what_the_program_says()
    {
        Assert.SkipUnless(ModelBundleLocator.IsBundle(TestPaths.DemoBundle), $"No model bundle at {TestPaths.DemoBundle}.");
        (_, string output, _) = await RunAsync(Path.Combine(TestPaths.Samples, "interview.wav"));
        string shown = TextBlock().Match(File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "README.md"))).Groups[1].Value;
        shown.ShouldContain("Speaker2: ");

        // Another processor may round a near tie the other way; a document that is out of date differs by more.
        CharacterErrorRate.Compute(Label().Replace(output, ""), Label().Replace(shown, "")).Rate.ShouldBeLessThanOrEqualTo(0.03, "README.md is out of date");
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string recording)
    {
        // The tests are a program of the same dotnet; started by another host, that of PATH serves.
        string dotnet = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
        using Process process = Process.Start(new ProcessStartInfo(dotnet)
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Parley.Samples.Transcribe.dll"), recording },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    [GeneratedRegex("(?s)```csharp\n(.*?)```", RegexOptions.None, 1000)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex("(?s)```\n(Speaker1: .*?)```", RegexOptions.None, 1000)]
    private static partial Regex TextBlock();

    [GeneratedRegex(@"^(?: *\d+ ms  )?Speaker\d+: ", RegexOptions.Multiline, 1000)]
    private static partial Regex Label();

    [GeneratedRegex(@"^ *\d+ ms  Speaker\d+: \S.*$", RegexOptions.None, 1000)]
    private static partial Regex Line();
}
