using System.CommandLine;
using System.Text.RegularExpressions;
using Parley.Cli;
using Parley.Cli.Configuration;
using Parley.Cli.Terminals;

namespace Parley.Tests.Cli;

/// <summary>docs/configuration.md and config.json say what the program obeys: no more, no less.</summary>
public sealed partial class ConfigurationDocsTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "docs", "configuration.md"));

    [Fact]
    public void Keys_of_the_page_are_those_that_are_obeyed()
        => Rows("## Keys of config.json").Select(cells => $"{Code(cells[0])} {Code(cells[1])} {Code(cells[2])}")
            .ShouldBe(SettingKey.All.Select(key => $"{key.Name} {key.Variable} {key.Option}"), ignoreOrder: true);

    [Fact]
    public void Options_of_the_page_are_those_of_the_command()
    {
        using Terminal terminal = new(Stream.Null, TextWriter.Null, () => Stream.Null);
        Command transcribe = CommandLine.Build(terminal).Subcommands.Single(command => command.Name == "transcribe");
        Rows("## Options of parley transcribe")
            .Select(cells => string.Join(' ', CodeSpan().Matches(cells[0]).Select(match => match.Groups[1].Value).Order()))
            .ShouldBe(transcribe.Options.Select(option => string.Join(' ', option.Aliases.Append(option.Name).Order())), ignoreOrder: true);
    }

    [Fact]
    public void The_shipped_file_holds_every_key_with_its_default()
    {
        List<string> warnings = [];
        string file = Path.Combine(TestPaths.RepositoryRoot, "config.json");
        Settings settings = SettingsReader.Read(file, static _ => null, warnings.Add);

        warnings.ShouldBeEmpty();
        settings.ShouldBe(new Settings { ModelDirectory = Path.Combine(TestPaths.RepositoryRoot, "models"), BatchSeconds = new Parley.Asr.BatchOptions().MaxBatchSeconds, Threads = null, Device = "auto", DevicePriority = string.Join(',', Parley.Inference.Devices.DeviceOptions.DefaultPriority), FallbackOnError = true });
        string text = File.ReadAllText(file);
        foreach (SettingKey key in SettingKey.All)
        {
            string name = key.Name.Split('.')[^1];
            text.ShouldContain($"\"{name}\":");
            text.ShouldContain($"\"_comment_{name}\":");
            text.ShouldContain(key.Variable);
        }
    }

    private static IEnumerable<string[]> Rows(string heading)
    {
        string section = Page[(Page.IndexOf(heading, StringComparison.Ordinal) + heading.Length)..].Split("\n## ")[0];
        string[][] rows = [.. section.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1])];
        rows.ShouldNotBeEmpty();
        return rows;
    }

    private static string Code(string cell) => CodeSpan().Match(cell).Groups[1].Value;

    [GeneratedRegex("`([^`]+)`", RegexOptions.None, 1000)]
    private static partial Regex CodeSpan();
}
