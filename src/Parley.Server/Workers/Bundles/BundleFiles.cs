using System.Globalization;
using System.Text;
using Parley.Models;

namespace Parley.Server.Workers.Bundles;

/// <summary>Which files make a bundle, and when they changed last: a look costs a question to the file system for each, and reads none of them.</summary>
internal sealed class BundleFiles
{
    /// <summary>Who copies a bundle file by file leaves no longer pause between two of them.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private const string Manifest = "bundle.json";

    private readonly string[] _paths;

    public BundleFiles(ModelBundle bundle)
    {
        // Directories, too: a file that comes or goes changes them.
        _paths =
        [
            bundle.Directory, Path.Combine(bundle.Directory, Manifest),
            .. bundle.Stages.Select(stage => stage.Directory).Distinct(StringComparer.Ordinal),
            .. bundle.Stages.SelectMany(stage => stage.Files).Select(file => file.Path).Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>Lengths and times of all, as a text to be compared; and when the latest change was.</summary>
    public (string Stamp, DateTime Latest) Look()
    {
        StringBuilder stamp = new();
        DateTime latest = DateTime.MinValue;
        foreach (string path in _paths)
        {
            FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
            DateTime changed = info.Exists ? info.LastWriteTimeUtc : DateTime.MinValue;
            latest = changed > latest ? changed : latest;
            stamp.Append(CultureInfo.InvariantCulture, $"{path}|{(info is FileInfo { Exists: true } file ? file.Length : -1)}|{changed.Ticks}\n");
        }

        return (stamp.ToString(), latest);
    }

    /// <summary>What the manifest says; empty without one.</summary>
    public static string ManifestOf(ModelBundle bundle)
    {
        try
        {
            return File.ReadAllText(Path.Combine(bundle.Directory, Manifest));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
