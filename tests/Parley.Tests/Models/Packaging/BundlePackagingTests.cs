using System.Formats.Tar;
using System.IO.Compression;
using Parley.Models;
using Parley.Models.Packaging;
using Parley.Tests.Cli;

namespace Parley.Tests.Models.Packaging;

/// <summary>Bundles that come from files, travel as one, and go away again.</summary>
public sealed class BundlePackagingTests : IDisposable
{
    private readonly BundleFolder _official = new();
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        _official.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_folder_of_official_files_becomes_a_bundle_with_every_hash()
    {
        _official.Write("asr/seg_dict", "word\tpiece");
        _official.Write("asr/example/secret.txt", "not part of it");
        string tried = "";
        string directory = await ImportAsync(_official.Root, "office", check: bundle => tried = bundle.Directory);

        directory.ShouldBe(_folder["models/office"]);
        tried.ShouldNotBe(directory);
        ModelBundle bundle = ModelBundle.Load(directory);
        bundle.Name.ShouldBe("office");
        bundle.Stages.SelectMany(stage => stage.Files).ShouldAllBe(file => bundle.RecordedSha256(file) != null);
        File.Exists(_folder["models/office/asr/seg_dict"]).ShouldBeTrue();
        _folder.Files.ShouldNotContain(path => path.Contains("secret", StringComparison.Ordinal));
        Directory.EnumerateDirectories(_folder["models"]).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_package_brings_the_bundle_to_another_machine(bool isCompressed)
    {
        _official.WriteStandardManifest();
        string archive = _folder[isCompressed ? "b.tar.gz" : "b.tar"];
        using (FileStream file = File.Create(archive))
        using (Stream output = isCompressed ? new GZipStream(file, CompressionLevel.Fastest) : file)
            BundlePackage.Write(ModelBundle.Load(_official.Root), output, CancellationToken.None);

        ModelBundle bundle = ModelBundle.Load(await ImportAsync(archive));

        bundle.Name.ShouldBe("test");
        bundle.Licence.ShouldBe("CC0-1.0");
        bundle.OutOfDomainConfidence.ShouldBe(0.55);
        bundle.Stages.Count.ShouldBe(4);
        bundle.RecordedSha256(bundle.Asr.Files[0]).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_archive_of_a_directory_is_read_with_older_names()
    {
        File.Move(_official["punc/config.yaml"], _official["punc/punc.yaml"]);
        string archive = _folder["iic.tar"];
        TarFile.CreateFromDirectory(_official.Root, archive, includeBaseDirectory: true);
        ModelBundle.Load(await ImportAsync(archive, "mine")).Punctuation!.ConfigPath!.ShouldEndWith("punc.yaml");
    }

    [Fact]
    public async Task Everything_that_is_missing_is_named_and_nothing_is_left_behind()
    {
        File.Delete(_official["asr/am.mvn"]);
        File.Delete(_official["punc/tokens.json"]);
        string message = (await Should.ThrowAsync<ModelFileException>(() => ImportAsync(_official.Root, "x"))).Message;
        message.ShouldContain(Path.Combine("asr", "am.mvn"));
        message.ShouldContain(Path.Combine("punc", "tokens.json"));
        _folder.Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bundle_that_fails_its_trial_is_not_installed_and_the_old_one_stays()
    {
        await ImportAsync(_official.Root, "office");
        (await Should.ThrowAsync<ModelFileException>(() => ImportAsync(_official.Root, "office"))).Message.ShouldContain("--replace");
        await Should.ThrowAsync<InvalidOperationException>(() => ImportAsync(_official.Root, "office", replace: true, check: _ => throw new InvalidOperationException("It does not run.")));
        ModelBundle.Load(_folder["models/office"]).Name.ShouldBe("office");
        await ImportAsync(_official.Root, "office", replace: true);
        Directory.EnumerateDirectories(_folder["models"]).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_file_that_changed_under_way_is_noticed()
    {
        _official.WriteManifest(new { name = "x", stages = new { vad = "vad", asr = "asr", punctuation = "punc" }, sha256 = new Dictionary<string, string> { ["vad/am.mvn"] = new('0', 64) } });
        (await Should.ThrowAsync<ModelFileException>(() => ImportAsync(_official.Root))).Message.ShouldContain("am.mvn differs");
        Should.Throw<ModelFileException>(() => BundlePackage.Write(ModelBundle.Load(_official.Root), Stream.Null, CancellationToken.None)).Message.ShouldContain("differs");
    }

    [Theory]
    [InlineData("/etc/evil", TarEntryType.RegularFile, "points out")]
    [InlineData("../evil", TarEntryType.RegularFile, "points out")]
    [InlineData("vad/../../evil", TarEntryType.RegularFile, "points out")]
    [InlineData("vad\\..\\evil", TarEntryType.RegularFile, "points out")]
    [InlineData("C:evil", TarEntryType.RegularFile, "points out")]
    [InlineData("a/b/c/d/e/f/g/h/evil", TarEntryType.RegularFile, "points out")]
    [InlineData("evil", TarEntryType.SymbolicLink, "no plain file")]
    [InlineData("evil", TarEntryType.HardLink, "no plain file")]
    [InlineData("evil", TarEntryType.Fifo, "no plain file")]
    [InlineData("evil", TarEntryType.CharacterDevice, "no plain file")]
    public async Task Hostile_entries_are_refused(string name, TarEntryType type, string reason)
    {
        string archive = Archive(tar => tar.WriteEntry(type is TarEntryType.SymbolicLink or TarEntryType.HardLink ? new PaxTarEntry(type, name) { LinkName = "/etc/passwd" } : new PaxTarEntry(type, name)));
        (await Should.ThrowAsync<ModelFileException>(() => ImportAsync(archive))).Message.ShouldContain(reason);
        _folder.Files.ShouldBe(["x.tar"]);
    }

    [Fact]
    public async Task Archives_beyond_the_limits_are_refused()
    {
        string large = Archive(tar => tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "vad/model.onnx") { DataStream = new MemoryStream(new byte[5000]) }), isCompressed: true);
        (await Should.ThrowAsync<ModelFileException>(() => ImportAsync(large, maxBytes: 4999))).Message.ShouldContain("larger than 4999 bytes");

        string many = Archive(tar =>
        {
            for (int i = 0; i <= 1000; i++)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"f{i}"));
        });
        (await Should.ThrowAsync<ModelFileException>(() => ImportAsync(many))).Message.ShouldContain("more than 1000 entries");

        string twice = Archive(tar =>
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "f"));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "f"));
        });
        (await Should.ThrowAsync<ModelFileException>(() => ImportAsync(twice))).Message.ShouldContain("is there twice");
    }

    [Fact]
    public async Task What_is_no_archive_or_only_half_of_one_is_refused()
    {
        string archive = Archive(tar => tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "vad/model.onnx") { DataStream = new MemoryStream(new byte[5000]) }));
        File.WriteAllBytes(archive, File.ReadAllBytes(archive)[..3000]);
        (await Should.ThrowAsync<ModelFileException>(() => ImportAsync(archive))).Message.ShouldContain("no whole tar archive");
        (await Should.ThrowAsync<ModelFileException>(() => ImportAsync(_folder.Write("page.tar", new string('<', 2000))))).Message.ShouldContain("no whole tar archive");
        (await Should.ThrowAsync<ModelFileException>(() => ImportAsync(_folder["nowhere.tar"]))).Message.ShouldContain("no file or directory");
    }

    [Fact]
    public async Task Only_bundles_are_removed_and_only_by_name()
    {
        string directory = await ImportAsync(_official.Root, "office");
        _folder.Write("models/notes/letter.txt", "dear");
        string[] folders = [_folder["models"]];

        Should.Throw<ModelFileException>(() => BundleRemoval.Find("notes", folders)).Message.ShouldContain("no model bundle");
        Should.Throw<ModelFileException>(() => BundleRemoval.Find("nobody", folders)).Message.ShouldContain("There is no bundle nobody");
        foreach (string path in new[] { directory, "../office", ".", "..", "" })
            Should.Throw<ModelFileException>(() => BundleRemoval.Find(path, folders)).Message.ShouldContain("is no bundle's name");

        await BundleRemoval.RemoveAsync(BundleRemoval.Find("office", folders), static () => { }, TestContext.Current.CancellationToken);
        Directory.Exists(directory).ShouldBeFalse();
        File.Exists(_folder["models/notes/letter.txt"]).ShouldBeTrue();
        Directory.EnumerateDirectories(_folder["models"]).ShouldHaveSingleItem();
    }

    private Task<string> ImportAsync(string source, string? name = null, bool replace = false, Action<ModelBundle>? check = null, long maxBytes = 1 << 20)
        => new BundleImport(_folder["models"]) { MaxBytes = maxBytes }.RunAsync(
            source,
            name,
            replace,
            bundle =>
            {
                check?.Invoke(bundle);
                return Task.CompletedTask;
            },
            static () => { },
            TestContext.Current.CancellationToken);

    private string Archive(Action<TarWriter> write, bool isCompressed = false)
    {
        string path = _folder["x.tar"];
        using FileStream file = File.Create(path);
        using Stream output = isCompressed ? new GZipStream(file, CompressionLevel.Fastest) : file;
        using TarWriter tar = new(output, TarEntryFormat.Pax);
        write(tar);
        return path;
    }
}
