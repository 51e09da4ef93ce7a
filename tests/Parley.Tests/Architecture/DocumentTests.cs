using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Parley.Tests.Architecture;

/// <summary>What documents say about files that can be looked at.</summary>
public sealed partial class DocumentTests
{
    private static readonly string[] Skipped = ["artifacts", "node_modules", ".git", ".cache"];

    public static TheoryData<string> Documents => [.. Files(TestPaths.RepositoryRoot).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_lead_somewhere(string document)
    {
        string path = Path.Combine(TestPaths.RepositoryRoot, document);
        string text = CodeBlocks().Replace(File.ReadAllText(path), "");
        foreach (Match link in Links().Matches(text))
        {
            string target = Uri.UnescapeDataString(link.Groups[1].Value);
            if (target.Length == 0 || target.StartsWith("http", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal))
                continue;
            string full = Path.Combine(Path.GetDirectoryName(path)!, target);
            (File.Exists(full) || Directory.Exists(full)).ShouldBeTrue($"{document} links to {target}, which does not exist.");
        }
    }

    [Fact]
    public void Third_party_notices_name_every_package_with_its_version()
    {
        string notices = Read("THIRD_PARTY_NOTICES.md");
        (string Name, string Version)[] packages =
        [
            .. XDocument.Parse(Read("Directory.Packages.props")).Descendants("PackageVersion")
                .Select(package => (package.Attribute("Include")!.Value, package.Attribute("Version")!.Value)),
            .. JsonDocument.Parse(Read("package.json")).RootElement.GetProperty("dependencies").EnumerateObject()
                .Select(package => ($"{package.Name} (npm)", package.Value.GetString()!)),
            .. from list in (string[])["dependencies", "devDependencies"]
               from package in JsonDocument.Parse(Read("src/Parley.Web/package.json")).RootElement.GetProperty(list).EnumerateObject()
               select ($"{package.Name} (npm)", package.Value.GetString()!),
        ];

        packages.Length.ShouldBeGreaterThan(10);
        packages.Where(package => !notices.Contains($"| {package.Name} | {package.Version} |", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Third_party_notices_name_no_package_that_is_gone()
    {
        string sources = Read("Directory.Packages.props") + Read("package.json") + Read("src/Parley.Web/package.json");
        string[] named = [.. Packages().Matches(Read("THIRD_PARTY_NOTICES.md")).Select(row => row.Groups[1].Value)];
        named.ShouldNotBeEmpty();
        named.Where(name => !sources.Contains($"\"{name}\"", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_decision_is_listed()
    {
        string folder = Path.Combine(TestPaths.RepositoryRoot, "docs", "decisions");
        string list = File.ReadAllText(Path.Combine(folder, "README.md"));
        foreach (string record in Directory.EnumerateFiles(folder, "*.md").Select(Path.GetFileName).OfType<string>().Where(name => name != "README.md"))
        {
            DecisionName().IsMatch(record).ShouldBeTrue($"{record}: expected yyyy-mm-dd-subject.md");
            list.ShouldContain($"({record})");
        }
    }

    [Fact]
    public void Every_room_introduces_itself()
    {
        string[] rooms = Directory.GetDirectories(Path.Combine(TestPaths.RepositoryRoot, "src", "Parley"));
        rooms.ShouldNotBeEmpty();
        rooms.Where(room => Directory.EnumerateFiles(room, "*.cs").Any() && !File.Exists(Path.Combine(room, "README.md"))).Select(Path.GetFileName).ShouldBeEmpty();
    }

    private static string Read(string name) => File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, name));

    private static IEnumerable<string> Files(string directory)
    {
        foreach (string file in Directory.EnumerateFiles(directory, "*.md"))
            yield return Path.GetRelativePath(TestPaths.RepositoryRoot, file);
        foreach (string below in Directory.EnumerateDirectories(directory).Where(below => !Skipped.Contains(Path.GetFileName(below))))
        {
            foreach (string file in Files(below))
                yield return file;
        }
    }

    [GeneratedRegex(@"\]\(([^)#\s]*)(?:#[^)\s]*)?\)", RegexOptions.None, 1000)]
    private static partial Regex Links();

    [GeneratedRegex("(?s)```.*?```|`[^`\n]*`", RegexOptions.None, 1000)]
    private static partial Regex CodeBlocks();

    [GeneratedRegex(@"^\| ([\w.@/-]+)(?: \(npm\))? \| \d", RegexOptions.Multiline, 1000)]
    private static partial Regex Packages();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d-[a-z0-9-]+\.md$", RegexOptions.None, 1000)]
    private static partial Regex DecisionName();
}
