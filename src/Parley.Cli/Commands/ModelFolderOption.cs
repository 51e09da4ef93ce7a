using System.CommandLine;
using Parley.Models;

namespace Parley.Cli.Commands;

/// <summary>Where bundles are put.</summary>
internal static class ModelFolderOption
{
    public static Option<string?> Create() => new("--into")
    {
        HelpName = "DIR",
        Description = $"Folder in which bundles lie. Default: {ModelBundleLocator.UserFolder}, where --models finds them by name.",
    };

    /// <summary>Full path of the folder.</summary>
    public static string Of(string? given) => Path.GetFullPath(given ?? ModelBundleLocator.UserFolder);
}
