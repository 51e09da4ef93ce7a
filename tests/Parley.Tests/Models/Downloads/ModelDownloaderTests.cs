using System.Collections.Concurrent;
using Parley.Models;
using Parley.Models.Catalog;
using Parley.Models.Downloads;
using Parley.Server.Tests;

namespace Parley.Tests.Models.Downloads;

/// <summary>Fetching from a stand-in hub on this machine (<see cref="HubStandIn"/>), as it should go and as it should not.</summary>
public sealed class ModelDownloaderTests : IAsyncLifetime
{
    private const int LargeBytes = 400_000;

    private readonly HubFixture _fixture = new();

    private HubStandIn Hub => _fixture.Hub;

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData(ModelHub.ModelScope)]
    [InlineData(ModelHub.HuggingFace)]
    public async Task A_bundle_is_fetched_whole_with_its_hashes_and_not_again(ModelHub hub)
    {
        string directory = await _fixture.FetchAsync(_fixture.Options(hub));

        directory.ShouldBe(_fixture["small"]);
        ModelBundle bundle = ModelBundle.Load(directory);
        bundle.Stages.Count.ShouldBe(4);
        bundle.Licence.ShouldBe("CC0-1.0");
        foreach (ModelFile file in bundle.Stages.SelectMany(stage => stage.Files))
            bundle.RecordedSha256(file).ShouldBe(file.ComputeSha256(CancellationToken.None));
        ModelBundleLocator.Installed([_fixture.Folder]).ShouldContain(directory);
        Directory.EnumerateDirectories(_fixture.Folder).ShouldHaveSingleItem();

        int requests = Hub.Requests.Count;
        (await _fixture.FetchAsync(_fixture.Options(hub))).ShouldBe(directory);
        Hub.Requests.Count.ShouldBe(requests);
    }

    [Theory]
    [InlineData(Fault.Truncate, "bytes=200004-")]
    [InlineData(Fault.Stall, "bytes=200004-")]
    [InlineData(Fault.Drop, "")]
    [InlineData(Fault.Status429, "")]
    [InlineData(Fault.Status500, "")]
    [InlineData(Fault.Corrupt, "")]
    [InlineData(Fault.WebPage, "")]
    public async Task What_fails_once_is_tried_again_from_where_it_broke(Fault fault, string range)
    {
        byte[] network = PutLarge();
        Hub.Fail("model.onnx", fault);
        await _fixture.FetchAsync(_fixture.Options() with { Parallel = 1, Stall = TimeSpan.FromSeconds(fault == Fault.Stall ? 1 : 30) });

        File.ReadAllBytes(_fixture["small/asr/model.onnx"]).ShouldBe(network);
        string[] tries = [.. Hub.Requests.Where(request => request.StartsWith("/o/asr/resolve/main/model.onnx", StringComparison.Ordinal))];
        tries.Length.ShouldBeGreaterThan(1);
        tries[1].ShouldEndWith(range.Length == 0 ? "model.onnx" : range);
    }

    [Fact]
    public async Task An_interrupted_download_goes_on_in_the_next_call()
    {
        byte[] network = PutLarge();
        Hub.TellsHashes = false; // so that only the ETag tells that it is the same file
        Hub.Fail("model.onnx", Fault.Stall);
        using CancellationTokenSource interrupt = new();
        Task<string> first = _fixture.FetchAsync(_fixture.Options() with { Parallel = 1 }, cancellationToken: interrupt.Token);
        await Hub.Stalled.Task;
        await Until.TrueAsync(() => new FileInfo(_fixture[".small.full.part/asr/model.onnx.part"]) is { Exists: true, Length: > 0 });
        await interrupt.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        Directory.Exists(_fixture["small"]).ShouldBeFalse();
        ModelBundleLocator.Installed([_fixture.Folder]).ShouldNotContain(path => path.StartsWith(_fixture.Folder, StringComparison.Ordinal));

        await _fixture.FetchAsync();

        File.ReadAllBytes(_fixture["small/asr/model.onnx"]).ShouldBe(network);
        Hub.Requests.ShouldContain(request => request.StartsWith("/o/asr/resolve/main/model.onnx bytes=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_changed_in_the_meantime_is_fetched_from_the_start()
    {
        PutLarge();
        Hub.TellsHashes = false;
        Hub.Fail("model.onnx", Fault.Truncate, Fault.Truncate);
        await Should.ThrowAsync<ModelFileException>(() => _fixture.FetchAsync(_fixture.Options() with { Parallel = 1, Attempts = 1 }));
        byte[] newer = HubFixture.LargeOnnx(LargeBytes);
        newer[1000] = (byte)'!';
        Hub.Put("o/asr", "model.onnx", newer);

        await _fixture.FetchAsync();

        File.ReadAllBytes(_fixture["small/asr/model.onnx"]).ShouldBe(newer);
    }

    [Theory]
    [InlineData(Fault.Status404, "answered 404")]
    [InlineData(Fault.Status500, "answered 500")]
    [InlineData(Fault.Corrupt, "its SHA-256 is")]
    [InlineData(Fault.WebPage, "is not the file")]
    public async Task What_keeps_failing_is_given_up_with_a_reason_and_nothing_is_installed(Fault fault, string reason)
    {
        Hub.Fail("model.onnx", [.. Enumerable.Repeat(fault, 100)]);
        ModelFileException error = await Should.ThrowAsync<ModelFileException>(() => _fixture.FetchAsync(_fixture.Options() with { Attempts = 2 }));
        error.Message.ShouldContain(reason);
        error.Message.ShouldContain("model.onnx");
        Directory.Exists(_fixture["small"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_repository_that_lacks_files_is_named_with_them()
    {
        Hub.Put("o/empty", "README.md", [1]);
        CatalogBundle bundle = HubFixture.Bundle();
        CatalogModel model = bundle.Models[0] with { Sources = [bundle.Models[0].Sources[0] with { Repository = "o/empty" }] };
        ModelFileException error = await Should.ThrowAsync<ModelFileException>(
            () => new ModelDownloader(_fixture.Options()).FetchAsync(bundle with { Models = [model] }, _fixture.Folder, cancellationToken: TestContext.Current.CancellationToken));
        error.Message.ShouldContain("o/empty");
        error.Message.ShouldContain("lacks model.onnx, config.yaml or old.yaml, am.mvn");
    }

    [Fact]
    public async Task The_catalogs_own_hash_is_obeyed_even_where_the_hub_says_otherwise()
    {
        ModelFileException error = await Should.ThrowAsync<ModelFileException>(() => _fixture.FetchAsync(_fixture.Options() with { Attempts = 1 }, sha256: new string('0', 64)));
        error.Message.ShouldContain("expected 0000");
    }

    [Fact]
    public async Task A_pointer_of_git_lfs_is_no_network()
    {
        Hub.TellsHashes = false;
        Hub.Put("o/asr", "model.onnx", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 900000000\n"u8.ToArray());
        (await Should.ThrowAsync<ModelFileException>(() => _fixture.FetchAsync(_fixture.Options() with { Attempts = 1 }))).Message.ShouldContain("git-lfs pointer");
    }

    [Fact]
    public async Task A_disk_that_is_too_small_is_noticed_before_anything_is_fetched()
    {
        ModelFileException error = await Should.ThrowAsync<ModelFileException>(() => _fixture.FetchAsync(_fixture.Options() with { FreeBytes = static _ => 1000 }));
        error.Message.ShouldContain("GB free");
        Hub.Requests.ShouldAllBe(request => request.Contains("/tree/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_calls_at_once_fetch_once()
    {
        Hub.Fail("list", Fault.Stall); // the first call stays busy until its connection counts as broken
        DownloadOptions options = _fixture.Options() with { Stall = TimeSpan.FromSeconds(0.3) };
        ConcurrentQueue<string?> notes = new();
        Task<string> first = _fixture.FetchAsync(options);
        await Hub.Stalled.Task;
        await Task.WhenAll(first, _fixture.FetchAsync(options, new Notes(notes)));
        notes.ShouldContain("Another process works on small; waiting for it.");
        Hub.Requests.Count(request => request.Contains("/o/asr/resolve/main/model.onnx", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Replace_fetches_again_and_leaves_nothing_of_the_old_bundle()
    {
        await _fixture.FetchAsync();
        File.WriteAllText(_fixture["small/asr/model.onnx"], "damaged");
        (await Should.ThrowAsync<ModelFileException>(() => _fixture.FetchAsync())).Message.ShouldContain("--replace");

        await _fixture.FetchAsync(_fixture.Options() with { Replace = true });

        ModelBundle.Load(_fixture["small"]).Name.ShouldBe("small");
        Directory.EnumerateDirectories(_fixture.Folder).ShouldHaveSingleItem();
    }

    private byte[] PutLarge()
    {
        byte[] network = HubFixture.LargeOnnx(LargeBytes);
        Hub.Put("o/asr", "model.onnx", network);
        return network;
    }

    private sealed class Notes(ConcurrentQueue<string?> notes) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => notes.Enqueue(value.Note);
    }
}
