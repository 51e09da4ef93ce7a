using Microsoft.Extensions.Logging.Abstractions;
using Parley.Models;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Server.Tests.Jobs;
using Parley.Server.Workers.Bundles;

namespace Parley.Server.Tests.Workers;

/// <summary>Which bundles jobs may ask for, and how their changes are noticed.</summary>
public sealed class ServedBundlesTests : IDisposable
{
    private readonly WorkFolder _folder = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Default_is_nobodys_wish_and_others_are_asked_for_by_their_directory()
    {
        ServedBundles served = new(Options(Copy("office"), "en"));

        served.Names.ShouldBe(["demo", "office", "en"]);
        (served.TryFind("demo", out string? demo), demo).ShouldBe((true, null));
        (served.TryFind("office", out string? office), office).ShouldBe((true, "office"));
        served.TryFind("nobody", out _).ShouldBeFalse();
        served.Setup("office", pipelines: 1).LoadBundle().Directory.ShouldBe(_folder.File("office"));
        Should.Throw<ModelFileException>(() => served.Setup("nobody", pipelines: 1)).Message.ShouldBe("The models 'nobody' are not served here. There are: demo, office, en.");
    }

    [Fact]
    public void Every_installed_bundle_is_served_also_one_that_comes_later()
    {
        Copy("models/office");
        ServedBundles served = new(Options("*") with { ModelDir = _folder.File("models") });

        served.Names.ShouldContain("office");
        served.TryFind("later", out _).ShouldBeFalse();
        Copy("models/later");
        served.TryFind("later", out _).ShouldBeTrue();
        served.Names.Count(name => name == "demo").ShouldBe(1);
    }

    [Fact]
    public void Server_does_not_start_with_bundles_that_are_missing_or_called_alike()
    {
        ServerOptions options = _folder.Options() with { Funasr = Options("nobody", Copy("a/office"), Copy("b/office")) };

        List<string> problems = StartupCheck.Problems(options with { Server = options.Server with { UploadDir = _folder.Path } }, withPort: false);

        problems.Count.ShouldBe(2);
        problems[0].ShouldStartWith("funasr.bundles: Model bundle 'nobody' not found");
        problems[1].ShouldContain("have the same name");
    }

    [Fact]
    public void Change_counts_when_it_is_whole_and_quiet_and_is_one()
    {
        string office = Copy("office"), manifest = Path.Combine(office, "bundle.json"), network = Path.Combine(office, "asr", "model.onnx");
        List<BundleVersion> changes = [];
        BundleVersions versions = new(new ServedBundles(Options(office)), pipelines: 1, hashPath: null, NullLogger.Instance, _time) { Changed = changes.Add };
        BundleVersion first = versions.Look("office");
        string identity = first.Identity;
        (first.Name, first.WeightBytes).ShouldBe(("office", new FileInfo(network).Length));

        // Touched, and nothing else: the same version.
        File.SetLastWriteTimeUtc(network, Past(60));
        Quiet(versions).ShouldBeSameAs(first);

        // Half of it: the old one goes on.
        byte[] whole = File.ReadAllBytes(network);
        File.WriteAllBytes(network, whole[..1000]);
        Quiet(versions).ShouldBeSameAs(first);

        // Whole, but just written: not yet. The clock of this test is far from that of the files, so only the wait counts.
        File.WriteAllBytes(network, whole);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"demo\"", "\"office-2\"", StringComparison.Ordinal));
        versions.Look("office").ShouldBeSameAs(first);
        _time.Advance(TimeSpan.FromSeconds(1));
        versions.Look("office").ShouldBeSameAs(first);
        BundleVersion second = Quiet(versions);

        second.ShouldNotBeSameAs(first);
        changes.ShouldBe([second]);
        second.Identity.ShouldNotBe(identity);
        (versions.IsPresent(first), versions.IsPresent(second)).ShouldBe((false, true));
        (first.Identity, versions.IdentityOf("office")).ShouldBe((identity, second.Identity));
    }

    [Fact]
    public void Long_quiet_files_count_at_once()
    {
        string office = Copy("office"), manifest = Path.Combine(office, "bundle.json");
        BundleVersions versions = new(new ServedBundles(Options(office)), pipelines: 1, hashPath: null, NullLogger.Instance, TimeProvider.System);
        BundleVersion first = versions.Look("office");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"demo\"", "\"office-2\"", StringComparison.Ordinal));
        foreach (string path in Directory.EnumerateFileSystemEntries(office, "*", SearchOption.AllDirectories).Append(office))
            File.SetLastWriteTimeUtc(path, Past(60));

        versions.Look("office").ShouldNotBeSameAs(first);
    }

    private static DateTime Past(int seconds) => DateTime.UtcNow - TimeSpan.FromSeconds(seconds);

    private BundleVersion Quiet(BundleVersions versions)
    {
        versions.Look("office");
        _time.Advance(BundleFiles.Quiet);
        return versions.Look("office");
    }

    private ModelOptions Options(params string[] bundles) => _folder.Options().Funasr with { Bundles = bundles };

    private string Copy(string name)
    {
        string from = _folder.Options().Funasr.Bundle, to = _folder.File(name);
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => !file.Contains("training", StringComparison.Ordinal) && !file.EndsWith(".md", StringComparison.Ordinal)))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return to;
    }
}
