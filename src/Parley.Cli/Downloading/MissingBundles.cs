using Parley.Cli.Terminals;
using Parley.Models;
using Parley.Models.Catalog;
using Parley.Models.Downloads;

namespace Parley.Cli.Downloading;

/// <summary>Fetches bundles of the catalog that a configuration names and that are not there, where <c>funasr.auto_download</c> allows it.</summary>
internal static class MissingBundles
{
    /// <summary>Fetches what is missing; nothing when that is not allowed, or all is there. Bundles that no catalog has are left to those who load them.</summary>
    /// <param name="isAllowed"><c>funasr.auto_download</c>.</param>
    /// <param name="names">Names or directories of bundles.</param>
    /// <param name="modelDirectory"><c>funasr.model_dir</c>: where bundles are put, unless it is itself one; null puts them into the user's folder.</param>
    /// <param name="quantized">Which weights are fetched.</param>
    /// <param name="terminal">Shows progress.</param>
    /// <param name="cancellationToken">Stops; what has come is kept.</param>
    /// <param name="options">From where and how; null for what the environment says.</param>
    /// <exception cref="ModelFileException">One cannot be fetched; the message says what to do.</exception>
    public static async Task FetchAsync(
        bool isAllowed, IEnumerable<string> names, string? modelDirectory, bool quantized, Terminal terminal, CancellationToken cancellationToken, DownloadOptions? options = null)
    {
        foreach (CatalogBundle bundle in isAllowed ? Missing(names, modelDirectory) : [])
        {
            string folder = modelDirectory is not null && !ModelBundleLocator.IsBundle(modelDirectory) ? modelDirectory : ModelBundleLocator.UserFolder;
            terminal.WriteError($"The bundle {bundle.Name} is not installed; it is fetched into {folder} (funasr.auto_download). Licences: {string.Join("; ", bundle.Licences)}.");
            ModelDownloader downloader = new((options ?? new DownloadOptions { Hub = HubChoice.Of(fromCommandLine: null) }) with { Weights = quantized ? WeightKind.Quantized : WeightKind.Full });
            try
            {
                string directory = await new DownloadDisplay(terminal, TimeProvider.System)
                    .TrackAsync(bundle.Name, progress => downloader.FetchAsync(bundle, folder, progress, cancellationToken));
                terminal.WriteError($"{bundle.Name} is installed: {directory}");
            }
            catch (ModelFileException error)
            {
                throw new ModelFileException(error.Path, $"The bundle {bundle.Name} cannot be fetched: {error.Message} {ModelBundleLocator.HowToGet(bundle)}", error);
            }
        }
    }

    /// <summary>The bundles of the catalog among some names that are not there.</summary>
    public static IEnumerable<CatalogBundle> Missing(IEnumerable<string> names, string? modelDirectory)
    {
        string[] folders = modelDirectory is null ? [] : [modelDirectory];
        return names.Distinct(StringComparer.Ordinal)
            .Select(name => ModelCatalog.Default.FindBundle(name) is { Included: false } bundle && !ModelBundleLocator.IsInstalled(name, folders) ? bundle : null)
            .OfType<CatalogBundle>();
    }
}
