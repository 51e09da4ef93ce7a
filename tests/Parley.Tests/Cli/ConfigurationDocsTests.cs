using System.CommandLine;
using System.Text.RegularExpressions;
using Parley.Cli;
using Parley.Cli.Configuration;
using Parley.Cli.Terminals;
using Parley.Server.Configuration;

namespace Parley.Tests.Cli;

/// <summary>docs/configuration.md and config.json say what the program obeys: no more, no less.</summary>
public sealed partial class ConfigurationDocsTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "docs", "configuration.md"));

    [Fact]
    public void Keys_of_the_page_are_those_that_are_obeyed()
        => Rows("## Keys of config.json").Select(cells => $"{Code(cells[0])} {Code(cells[1])} {Code(cells[2])} {cells[4].EndsWith('*')}")
            .ShouldBe(SettingTable.All.Where(key => key.Ignored is null).Select(key => $"{key.Name} {key.Variable} {key.Option} {key.IsLive}"));

    [Fact]
    public void Defaults_of_the_page_are_those_of_the_program()
    {
        using TempFolder folder = new();
        EffectiveConfiguration defaults = ConfigurationReader.Read(new ConfigurationRequest { WorkingDirectory = folder.Root });
        Dictionary<string, string> values = defaults.Rows().ToDictionary(row => row.Key, row => row.Value.Replace(folder.Root + Path.DirectorySeparatorChar, ""));
        foreach (string[] cells in Rows("## Keys of config.json").Where(cells => cells[3].StartsWith('`') && Code(cells[0]) != "notification.enabled"))
            Code(cells[3]).ShouldBe(values[Code(cells[0])], Code(cells[0]));
        new NotificationOptions().Enabled.ShouldBeTrue(); // switched off where there is no address
    }

    [Fact]
    public void Keys_that_change_nothing_are_listed()
        => Rows("## Keys that are accepted and change nothing").Select(cells => $"{Code(cells[0])} {Code(cells[1])}")
            .ShouldBe(SettingTable.All.Where(key => key.Ignored is not null).Select(key => $"{key.Name} {key.Variable}"));

    [Fact]
    public void Profiles_of_the_page_are_those_of_the_program()
        => Rows("## Profiles").Select(cells => string.Join(' ', cells.Select(cell => cell.Trim('`'))))
            .ShouldBe(ConfigurationProfile.All.Select(profile =>
            {
                Dictionary<string, string> values = profile.Values.ToDictionary(item => item.Key, item => item.Value);
                return $"{profile.Name} {values["server.port"]} {values["funasr.device"]} {values["transcription.max_concurrent_tasks"]} {values.GetValueOrDefault("logging.level", "–")}";
            }));

    [Theory]
    [InlineData("transcribe")]
    [InlineData("serve")]
    public void Options_of_the_page_are_those_of_the_command(string name)
    {
        using Terminal terminal = new(Stream.Null, TextWriter.Null, () => Stream.Null);
        Command named = CommandLine.Build(terminal).Subcommands.Single(command => command.Name == name);
        Rows($"## Options of parley {name}")
            .Select(cells => string.Join(' ', CodeSpan().Matches(cells[0]).Select(match => match.Groups[1].Value).Order()))
            .ShouldBe(named.Options.Select(option => string.Join(' ', option.Aliases.Append(option.Name).Order())), ignoreOrder: true);
    }

    [Fact]
    public void The_shipped_file_holds_defaults_with_a_note_for_each()
    {
        using TempFolder folder = new();
        string file = Path.Combine(TestPaths.RepositoryRoot, "config.json"), text = File.ReadAllText(file);
        EffectiveConfiguration shipped = ConfigurationReader.Read(new ConfigurationRequest { File = file, WorkingDirectory = folder.Root });
        EffectiveConfiguration defaults = ConfigurationReader.Read(new ConfigurationRequest { WorkingDirectory = folder.Root });

        shipped.Errors.ShouldBeEmpty();
        shipped.Warnings.ShouldBeEmpty();
        shipped.Rows().Zip(defaults.Rows()).Where(pair => pair.First.Value != pair.Second.Value).Select(pair => pair.First.Key).ShouldBe(["funasr.model_dir"]);
        foreach (SettingKey key in SettingTable.All.Where(key => shipped.SourceOf(key.Name) == file))
        {
            text.ShouldContain($"\"_comment_{key.Name.Split('.')[^1]}\":");
            text.ShouldContain(key.Variable);
        }

        shipped.Sources.Count.ShouldBeGreaterThan(40);
        SettingTable.All.Where(key => key.Name.StartsWith("funasr.", StringComparison.Ordinal) && key.Ignored is null).ShouldAllBe(key => text.Contains($"\"{key.Name.Split('.')[1]}\":"));
    }

    [Fact]
    public void Other_commands_read_the_shipped_file_without_a_word()
    {
        List<string> warnings = [];
        Settings settings = SettingsReader.Read(Path.Combine(TestPaths.RepositoryRoot, "config.json"), static _ => null, warnings.Add);

        warnings.ShouldBeEmpty();
        settings.ShouldBe(new Settings { ModelDirectory = Path.Combine(TestPaths.RepositoryRoot, "models"), BatchSeconds = new Parley.Asr.BatchOptions().MaxBatchSeconds, Threads = null, Device = "auto", DevicePriority = string.Join(',', Parley.Inference.Devices.DeviceOptions.DefaultPriority), FallbackOnError = true });
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
