using Parley.Models.Catalog;

namespace Parley.Models.Downloads;

/// <summary>A model, the source it is fetched from, and its files.</summary>
/// <param name="Model">The model.</param>
/// <param name="Address">The hub.</param>
/// <param name="Repository">Its repository there.</param>
/// <param name="Revision">What is fetched of it.</param>
/// <param name="Note">How this source differs from the model's first one; null when it does not.</param>
/// <param name="Files">What is fetched; paths lie in the directory of the stage.</param>
internal sealed record PlannedModel(CatalogModel Model, HubAddress Address, string Repository, string Revision, string? Note, IReadOnlyList<WantedFile> Files);

/// <summary>Asks hubs what they have and decides what is fetched from where.</summary>
internal sealed class BundlePlan(HubClient client, HubRetries retries, DownloadOptions options)
{
    /// <summary>Name of a stage's directory in a bundle.</summary>
    public static string DirectoryOf(ModelStage stage) => stage.ToString().ToLowerInvariant();

    /// <summary>Plans one model. Sources are tried in order, so that a hub that is down is no end.</summary>
    /// <exception cref="ModelFileException">No source has the model.</exception>
    public async Task<PlannedModel> PlanAsync(CatalogModel model, string folder, Action<string> note, CancellationToken cancellationToken)
    {
        ModelFileException? first = null;
        foreach ((HubAddress address, CatalogSource source) in Sources(model))
        {
            string revision = options.Newest && address.Hub != ModelHub.GitHub || source.Hub != address.Hub ? address.NewestRevision : source.Revision;
            try
            {
                IReadOnlyList<WantedFile> files = await FilesAsync(model, address, source.Repository, revision, Path.Combine(folder, DirectoryOf(model.Stage)), cancellationToken).ConfigureAwait(false);
                return new PlannedModel(model, address, source.Repository, revision, source.Note, files);
            }
            catch (ModelFileException error)
            {
                note($"{model.Name}: {error.Message}");
                first ??= error;
            }
            catch (TransferException error)
            {
                note($"{model.Name}: {error.Message}");
                first ??= new ModelFileException(address.Base.AbsoluteUri, $"{model.Name} cannot be fetched from {address.Base.Host}: {error.Message} "
                    + "Behind a proxy set HTTPS_PROXY; --hub names another hub; parley models import takes files that were fetched elsewhere.", error);
            }
        }

        throw first!;
    }

    /// <summary>Where a model is looked for. A mirror that was named is the only place; a hub's name is a preference.</summary>
    private IEnumerable<(HubAddress Address, CatalogSource Source)> Sources(CatalogModel model)
    {
        if (options.Hub is not { } hub)
            return model.Sources.Select(source => (HubAddress.Of(source.Hub), source));
        CatalogSource[] own = [.. model.Sources.Where(source => source.Hub == hub.Hub)];
        if (own.Length > 0)
            return own.Select(source => (hub, source));
        return hub == HubAddress.Of(hub.Hub) ? model.Sources.Select(source => (HubAddress.Of(source.Hub), source)) : [(hub, model.Sources[0])];
    }

    private async Task<IReadOnlyList<WantedFile>> FilesAsync(CatalogModel model, HubAddress address, string repository, string revision, string directory, CancellationToken cancellationToken)
    {
        IReadOnlyList<ListedFile>? listed = address.Listing(repository, revision) is { } listing
            ? await retries.RunAsync(listing.Host, token => client.ListAsync(address.Hub, listing, token), static () => 0, cancellationToken).ConfigureAwait(false)
            : null;
        List<WantedFile> wanted = [];
        List<string> missing = [];
        foreach (CatalogFile file in model.FilesOf(options.Weights))
        {
            ListedFile? found = listed is null
                ? new ListedFile(file.Names[0], null, null)
                : file.Names.Select(name => listed.FirstOrDefault(item => string.Equals(item.Path, name, StringComparison.Ordinal))).FirstOrDefault(item => item is not null);
            if (found is not null)
                wanted.Add(new WantedFile(address.File(repository, revision, found.Path), Path.Combine(directory, Path.GetFileName(found.Path)), found.Bytes, file.Sha256 ?? found.Sha256));
            else if (!file.Optional)
                missing.Add(string.Join(" or ", file.Names));
        }

        return missing.Count == 0 ? wanted
            : throw new ModelFileException(address.Base.AbsoluteUri, $"{repository} on {address.Base.Host}, revision {revision}, lacks {string.Join(", ", missing)}. Try --newest or another --hub.");
    }
}
