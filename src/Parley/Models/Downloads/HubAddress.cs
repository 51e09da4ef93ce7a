using Parley.Models.Catalog;

namespace Parley.Models.Downloads;

/// <summary>A hub or a mirror of one: which interface it speaks, and where. Builds the addresses of files and listings.</summary>
/// <param name="Hub">The interface.</param>
/// <param name="Base">Scheme and host, with a path if a mirror has one; no slash at the end is needed.</param>
public sealed record HubAddress(ModelHub Hub, Uri Base)
{
    private const string ModelScopePrefix = "modelscope+", HuggingFacePrefix = "huggingface+";

    /// <summary>The public address of a hub.</summary>
    public static HubAddress Of(ModelHub hub) => new(hub, new Uri(hub switch
    {
        ModelHub.ModelScope => "https://modelscope.cn",
        ModelHub.HuggingFace => "https://huggingface.co",
        _ => "https://github.com",
    }));

    /// <summary>
    /// Reads what people write: <c>modelscope</c>, <c>huggingface</c>, or the address of a mirror. Mirrors speak Hugging Face's interface
    /// unless the address begins with <c>modelscope+</c>.
    /// </summary>
    /// <returns>Null when it is none of these.</returns>
    public static HubAddress? Parse(string text)
    {
        if (text.Equals("modelscope", StringComparison.OrdinalIgnoreCase))
            return Of(ModelHub.ModelScope);
        if (text.Equals("huggingface", StringComparison.OrdinalIgnoreCase))
            return Of(ModelHub.HuggingFace);
        ModelHub hub = text.StartsWith(ModelScopePrefix, StringComparison.OrdinalIgnoreCase) ? ModelHub.ModelScope : ModelHub.HuggingFace;
        string address = hub == ModelHub.ModelScope ? text[ModelScopePrefix.Length..]
            : text.StartsWith(HuggingFacePrefix, StringComparison.OrdinalIgnoreCase) ? text[HuggingFacePrefix.Length..] : text;
        return Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri is { Query: "", Fragment: "", UserInfo: "" }
            ? new HubAddress(hub, uri) : null;
    }

    /// <summary>The branch that has the newest files.</summary>
    public string NewestRevision => Hub == ModelHub.ModelScope ? "master" : "main";

    /// <summary>Where a file is fetched.</summary>
    public Uri File(string repository, string revision, string path) => Under(Hub switch
    {
        ModelHub.ModelScope => $"api/v1/models/{repository}/repo?Revision={Uri.EscapeDataString(revision)}&FilePath={Uri.EscapeDataString(path)}",
        ModelHub.HuggingFace => $"{repository}/resolve/{Uri.EscapeDataString(revision)}/{Escaped(path)}",
        _ => $"{repository}/releases/download/{Uri.EscapeDataString(revision)}/{Escaped(path)}",
    });

    /// <summary>Where the names, sizes and checksums of a repository's files are read; null when the hub has no such list.</summary>
    public Uri? Listing(string repository, string revision) => Hub switch
    {
        ModelHub.ModelScope => Under($"api/v1/models/{repository}/repo/files?Revision={Uri.EscapeDataString(revision)}&Recursive=True"),
        ModelHub.HuggingFace => Under($"api/models/{repository}/tree/{Uri.EscapeDataString(revision)}?recursive=true"),
        _ => null,
    };

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private Uri Under(string relative) => new(Base.AbsoluteUri.TrimEnd('/') + "/" + relative);
}
