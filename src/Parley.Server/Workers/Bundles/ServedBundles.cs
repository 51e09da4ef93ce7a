using Parley.Models;
using Parley.Server.Configuration;

namespace Parley.Server.Workers.Bundles;

/// <summary>
/// The bundles that jobs may ask for, by name: the default, and those of <c>funasr.bundles</c>. The default is null wherever a job's bundle is kept, so
/// that a job without a wish follows the configuration. Safe for concurrent calls.
/// </summary>
internal sealed class ServedBundles(ModelOptions options)
{
    private readonly string _plainName = Path.GetFileName(Path.TrimEndingDirectorySeparator(options.Bundle));
    private volatile string? _ownName;

    /// <summary>What the default bundle is called: as it calls itself, or as the options do while it cannot be read.</summary>
    public string DefaultName => (_ownName ??= OwnName()) ?? _plainName;

    /// <summary>Names of all, the default first. Bundles that were installed a moment ago are among them where the options say <c>*</c>.</summary>
    public IReadOnlyList<string> Names => [DefaultName, .. Others().Select(other => other.Name)];

    /// <summary>The bundle of a name.</summary>
    /// <param name="name">What a client asks for.</param>
    /// <param name="bundle">Null for the default.</param>
    public bool TryFind(string name, out string? bundle)
    {
        bundle = null;
        if (IsDefault(name))
            return true;
        bundle = Others().Select(other => other.Name).FirstOrDefault(other => string.Equals(other, name, StringComparison.Ordinal));
        return bundle is not null;
    }

    /// <summary>Whether a name means the default.</summary>
    public bool IsDefault(string name) => string.Equals(name, _plainName, StringComparison.Ordinal) || string.Equals(name, DefaultName, StringComparison.Ordinal);

    /// <summary>What people call a bundle.</summary>
    public string NameOf(string? bundle) => bundle ?? DefaultName;

    /// <summary>What makes a pipeline of a bundle.</summary>
    /// <exception cref="ModelFileException">There is no such bundle; the message names those that there are.</exception>
    public PipelineSetup Setup(string? bundle, int pipelines)
    {
        PipelineSetup setup = PipelineSetup.For(options, pipelines);
        if (bundle is null || IsDefault(bundle))
            return setup;
        string where = Others().FirstOrDefault(other => string.Equals(other.Name, bundle, StringComparison.Ordinal)).Where ?? throw Unknown(bundle);
        return setup with { Bundle = where, StageDirectories = ModelBundleOptions.NoStages };
    }

    /// <summary>What somebody is told who asks for a bundle that is not served.</summary>
    public string Refusal(string name) => $"The models '{name}' are not served here. There are: {string.Join(", ", Names)}.";

    private ModelFileException Unknown(string bundle) => new(bundle, Refusal(bundle));

    private IEnumerable<(string Name, string Where)> Others() => options.Bundles
        .SelectMany(entry => entry is ModelOptions.EveryBundle ? ModelBundleLocator.Installed(options.BundleOptions.SearchFolders) : [entry])
        .Select(entry => (Name: Path.GetFileName(Path.TrimEndingDirectorySeparator(entry)), Where: entry))
        .Where(other => !IsDefault(other.Name))
        .DistinctBy(other => other.Name, StringComparer.Ordinal);

    private string? OwnName()
    {
        try
        {
            return ModelBundle.Load(options.Bundle, options.BundleOptions).Name;
        }
        catch (ModelFileException)
        {
            return null; // those who load it say what is wrong
        }
    }
}
