using System.Reflection;
using System.Security.Cryptography;

namespace Parley.Server.Pages;

/// <summary>One file of the page, as it was built, with its compressed forms. Immutable.</summary>
/// <param name="Name">Its name, without a folder.</param>
/// <param name="Type">Its media type.</param>
/// <param name="Plain">Its bytes.</param>
/// <param name="Brotli">The same, compressed.</param>
/// <param name="Gzip">The same, compressed.</param>
internal sealed record PageFile(string Name, string Type, byte[] Plain, byte[] Brotli, byte[] Gzip)
{
    private const string Folder = "Parley.Web/";

    /// <summary>Whether it is the page itself, which lists the others.</summary>
    public bool IsMain => Name is "index.html";

    /// <summary>A strong tag of the bytes.</summary>
    public string Tag { get; } = $"\"{Convert.ToHexStringLower(SHA256.HashData(Plain).AsSpan(0, 12))}\"";

    /// <summary>All files of the page, from inside the program.</summary>
    public static IReadOnlyList<PageFile> ReadAll()
    {
        Assembly assembly = typeof(PageFile).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && Path.GetExtension(name) is not (".br" or ".gz"))
            .Select(name => new PageFile(name[Folder.Length..], TypeOf(name), Read(assembly, name), Read(assembly, name + ".br"), Read(assembly, name + ".gz")))];
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };

    private static byte[] Read(Assembly assembly, string name)
    {
        using Stream stream = assembly.GetManifestResourceStream(name)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
