using System.Text;
using System.Text.Json;
using Parley.Models.Catalog;
using Parley.Models.Downloads;

namespace Parley.Tests.Models.Downloads;

/// <summary>A stand-in hub that has the bundle <c>small</c>, and an empty folder to fetch it into.</summary>
internal sealed class HubFixture : IAsyncDisposable
{
    private readonly BundleFolder _official = new();

    public HubFixture()
    {
        foreach ((string directory, string repository) in new[] { ("vad", "o/vad"), ("asr", "o/asr"), ("punc", "o/punc"), ("spk", "o/spk") })
        {
            foreach (string path in Directory.EnumerateFiles(_official[directory]))
                Hub.Put(repository, Path.GetFileName(path), File.ReadAllBytes(path));
        }

        Folder = Directory.CreateTempSubdirectory("parley modèles 模型 ").FullName;
    }

    public HubStandIn Hub { get; } = new();

    /// <summary>Where bundles go.</summary>
    public string Folder { get; }

    public string this[string relative] => Path.Combine(Folder, relative);

    /// <summary>A network of some length: unknown fields of a protobuf message may have any contents.</summary>
    public static byte[] LargeOnnx(int bytes)
    {
        // Field 2 (producer_name) of the given length, then the smallest graph.
        List<byte> content = [0x08, 0x08, 0x12];
        for (uint length = (uint)bytes; ; length >>= 7)
        {
            content.Add((byte)(length > 0x7F ? length & 0x7F | 0x80 : length));
            if (length <= 0x7F)
                break;
        }

        return [.. content, .. Enumerable.Range(0, bytes).Select(i => (byte)('a' + i % 26)), 0x3A, 0x00];
    }

    public static CatalogBundle Bundle(string? sha256 = null) => ModelCatalog.Parse(new MemoryStream(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
    {
        models = new[] { Model("vad", "vad"), Model("asr", "asr", sha256), Model("punc", "punctuation"), Model("spk", "speakers") },
        bundles = new[] { new { name = "small", description = "For tests.", models = new[] { "vad", "asr", "punc", "spk" } } },
    })))).FindBundle("small")!;

    public DownloadOptions Options(ModelHub hub = ModelHub.HuggingFace) => new()
    {
        Hub = new HubAddress(hub, Hub.Address),
        Pause = TimeSpan.Zero,
        MaxPause = TimeSpan.Zero,
    };

    public Task<string> FetchAsync(DownloadOptions? options = null, IProgress<DownloadProgress>? progress = null, CancellationToken? cancellationToken = null, string? sha256 = null)
        => new ModelDownloader(options ?? Options()).FetchAsync(Bundle(sha256), Folder, progress, cancellationToken ?? TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        _official.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static object Model(string name, string stage, string? sha256 = null)
    {
        List<object> files = [new { names = new[] { "model.onnx" }, weights = "full", sha256 }, new { names = new[] { "model_quant.onnx" }, weights = "quantized" }, new { names = new[] { "config.yaml", "old.yaml" } }];
        if (stage is "vad" or "asr")
            files.Add(new { names = new[] { "am.mvn" } });
        if (stage is "punctuation" or "asr")
            files.Add(new { names = new[] { "tokens.json", "tokens.txt" } });
        return new { name, stage, description = "For tests", licence = "CC0-1.0", sources = new[] { new { hub = "huggingface", repository = $"o/{name}", revision = "main" } }, files };
    }
}
