using System.Collections.Concurrent;
using System.Globalization;
using Parley.Models.Catalog;
using Parley.Models.Packaging;

namespace Parley.Models.Downloads;

/// <summary>
/// Fetches bundles of the catalog: what is asked for lies whole in its folder afterwards, or not at all. What came before an interruption
/// is kept aside, and the next call goes on with it. Safe for concurrent calls, also of several processes.
/// </summary>
/// <param name="options">From where and how.</param>
/// <param name="time">The clock; null for the system's.</param>
public sealed class ModelDownloader(DownloadOptions? options = null, TimeProvider? time = null)
{
    /// <summary>Room that is left on the disk.</summary>
    private const long SpareBytes = 64L << 20;

    private readonly DownloadOptions _options = options ?? new DownloadOptions();
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Fetches a bundle, checks it and puts it into place.</summary>
    /// <param name="bundle">What is fetched.</param>
    /// <param name="folder">The folder in which bundles lie; made when it is missing.</param>
    /// <param name="progress">Told several times a second, from several threads.</param>
    /// <param name="cancellationToken">Stops; what has come is kept for the next call.</param>
    /// <returns>Directory of the bundle; it may have been there before.</returns>
    /// <exception cref="ModelFileException">It cannot be fetched, does not fit on the disk, or is not what it should be.</exception>
    public async Task<string> FetchAsync(CatalogBundle bundle, string folder, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        if (bundle.Included || bundle.Models.Count == 0)
            throw new ModelFileException(bundle.Name, $"The bundle {bundle.Name} comes with the program; there is nothing to fetch.");
        folder = Path.GetFullPath(folder);
        string target = Path.Combine(folder, bundle.Name);
        Tally tally = new(progress);
        using FolderLock held = await FolderLock.TakeAsync(folder, bundle.Name, () => tally.Note($"Another process works on {bundle.Name}; waiting for it."), _time, cancellationToken).ConfigureAwait(false);
        if (!_options.Replace && IsInstalled(bundle, target))
            return target;

        try
        {
            return await FetchIntoAsync(bundle, Path.Combine(folder, $".{bundle.Name}.{_options.Weights.ToString().ToLowerInvariant()}.part"), target, tally, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(folder, $"{bundle.Name} cannot be put into {folder}: {error.Message} What has come is kept; the same command goes on with it.", error);
        }
    }

    private bool IsInstalled(CatalogBundle bundle, string target)
    {
        if (!Directory.Exists(target))
            return false;
        ModelBundle installed;
        try
        {
            installed = ModelBundle.Load(target, new ModelBundleOptions { PreferQuantized = _options.Weights == WeightKind.Quantized });
        }
        catch (ModelFileException error)
        {
            throw new ModelFileException(target, $"There is something at {target}, but it cannot be used: {error.Message} Fetch {bundle.Name} again with --replace.", error);
        }

        bool isQuantized = installed.Asr.IsQuantized;
        return isQuantized == (_options.Weights == WeightKind.Quantized) ? true
            : throw new ModelFileException(target, $"{bundle.Name} is installed with {(isQuantized ? "quantised" : "full")} weights at {target}. Fetch the others in its place with --replace.");
    }

    private async Task<string> FetchIntoAsync(CatalogBundle bundle, string part, string target, Tally tally, CancellationToken cancellationToken)
    {
        using HubClient client = new(_options, _time);
        HubRetries retries = new(_options, _time, tally.Note);
        BundlePlan plan = new(client, retries, _options);
        List<PlannedModel> models = [];
        foreach (CatalogModel model in bundle.Models)
        {
            PlannedModel planned = await plan.PlanAsync(model, part, tally.Note, cancellationToken).ConfigureAwait(false);
            models.Add(planned);
            tally.Note($"{model.Name}: {planned.Repository} on {planned.Address.Base.Host}, revision {planned.Revision}{(planned.Note is null ? "" : $" ({planned.Note})")}");
        }

        PartFolder.Prepare(part, [.. models.SelectMany(model => model.Files)]);
        CheckRoom(models, part);
        Dictionary<string, string> hashes = await FetchFilesAsync(models, part, client, retries, tally, cancellationToken).ConfigureAwait(false);
        BundleFolder.WriteManifest(part, Manifest(bundle, models, hashes));
        ModelBundle.Load(part, new ModelBundleOptions { PreferQuantized = _options.Weights == WeightKind.Quantized });
        BundleFolder.MoveIntoPlace(part, target);
        return target;
    }

    private void CheckRoom(IReadOnlyList<PlannedModel> models, string part)
    {
        long needed = models.Sum(model => model.Files.Sum(file => Math.Max(0, Expected(model.Model, file) - FileDownload.BytesThere(file))));
        long free = _options.FreeBytes(part);
        if (free < needed + SpareBytes)
        {
            throw new ModelFileException(part, string.Create(CultureInfo.InvariantCulture,
                $"The disk of {Path.GetDirectoryName(part)} has {free / 1e9:F2} GB free; {needed / 1e9:F2} GB are still to come. Make room, or name another folder with --into. --quantized needs less."));
        }
    }

    private static long Expected(CatalogModel model, WantedFile file)
        => file.Bytes ?? model.Files.FirstOrDefault(item => item.Names.Contains(Path.GetFileName(file.Path), StringComparer.Ordinal))?.AboutBytes ?? 0;

    private async Task<Dictionary<string, string>> FetchFilesAsync(
        IReadOnlyList<PlannedModel> models, string part, HubClient client, HubRetries retries, Tally tally, CancellationToken cancellationToken)
    {
        (WantedFile File, long Expected)[] files = [.. models.SelectMany(model => model.Files.Select(file => (file, Expected(model.Model, file)))).OrderByDescending(item => item.Item2)];
        tally.Total = files.Sum(file => file.Expected);
        ConcurrentDictionary<string, string> hashes = new(StringComparer.Ordinal);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Max(1, _options.Parallel), CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(files.Select(item => item.File), parallel, async (file, token) =>
        {
            string name = Path.GetRelativePath(part, file.Path).Replace('\\', '/');
            FileDownload download = new(client, file, tally.Add);
            try
            {
                hashes[name] = await retries.RunAsync(name, download.TryAsync, () => download.Kept, token).ConfigureAwait(false);
            }
            catch (TransferException error)
            {
                throw new ModelFileException(file.Address.AbsoluteUri, $"{file.Address}: {error.Message} Given up after {_options.Attempts} failures in a row. "
                    + "What has come is kept; the same command goes on with it.", error);
            }
        }).ConfigureAwait(false);
        return new Dictionary<string, string>(hashes, StringComparer.Ordinal);
    }

    private static BundleNotes Manifest(CatalogBundle bundle, IReadOnlyList<PlannedModel> models, Dictionary<string, string> hashes) => new()
    {
        Name = bundle.Name,
        Description = bundle.Description,
        Licence = string.Join("; ", bundle.Licences),
        Stages = models.ToDictionary(model => model.Model.Stage, model => BundlePlan.DirectoryOf(model.Model.Stage)),
        Sources = models.ToDictionary(model => BundlePlan.DirectoryOf(model.Model.Stage), model => $"{model.Address.Base.Host}: {model.Repository}, revision {model.Revision}", StringComparer.Ordinal),
        Sha256 = hashes,
    };

    /// <summary>Adds up what the files report. Safe for concurrent use.</summary>
    private sealed class Tally(IProgress<DownloadProgress>? progress)
    {
        private long _bytes;

        public long Total { get; set; }

        public void Add(long bytes)
        {
            long there = Interlocked.Add(ref _bytes, bytes);
            progress?.Report(new DownloadProgress(there, Math.Max(there, Total)));
        }

        public void Note(string text) => progress?.Report(new DownloadProgress(Interlocked.Read(ref _bytes), Total, text));
    }
}
