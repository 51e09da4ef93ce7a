using Microsoft.Extensions.Logging.Abstractions;
using Parley.Models;
using Parley.Server.Workers;

namespace Parley.Server.Tests.Workers;

public sealed class ModelFingerprintTests : IDisposable
{
    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Identity_follows_files_and_text_options_and_nothing_else()
    {
        PipelineSetup setup = PipelineSetup.For(_folder.Options().Funasr, pipelines: 1);
        string identity = Compute(setup);

        identity.ShouldStartWith("demo-");
        Compute(setup with { Threads = 7, Pipelines = 3, Number = 2, Devices = new() { Device = "cuda" } }).ShouldBe(identity);
        Compute(setup with { BatchSeconds = 30 }).ShouldNotBe(identity);
    }

    [Fact]
    public void Hashes_are_kept_until_a_file_changes()
    {
        string path = _folder.File("model.onnx"), cache = _folder.File("hashes.json");
        File.WriteAllText(path, "first");
        ModelFile file = new(path, 5);
        string hash = Hash(file, cache);
        DateTime changed = File.GetLastWriteTimeUtc(path);

        // The same length and time: the file is not read again. Another time: it is.
        File.WriteAllText(path, "other");
        File.SetLastWriteTimeUtc(path, changed);
        Hash(file, cache).ShouldBe(hash);
        File.SetLastWriteTimeUtc(path, changed.AddSeconds(1));
        Hash(file, cache).ShouldNotBe(hash);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("null")]
    [InlineData("{\"x\":null}")]
    [InlineData("[1,2]")]
    public void Damaged_cache_costs_time_only(string content)
    {
        string path = _folder.File("model.onnx"), cache = _folder.File("hashes.json");
        File.WriteAllText(path, "first");
        File.WriteAllText(cache, content);

        Hash(new ModelFile(path, 5), cache).ShouldBe(Hash(new ModelFile(path, 5), null));
    }

    private static string Compute(PipelineSetup setup) => ModelFingerprint.Compute(setup, new ModelHashes(null, NullLogger.Instance), CancellationToken.None);

    private static string Hash(ModelFile file, string? cache)
    {
        ModelHashes hashes = new(cache, NullLogger.Instance);
        string hash = hashes.Of(file, CancellationToken.None);
        hashes.Save();
        return hash;
    }
}
