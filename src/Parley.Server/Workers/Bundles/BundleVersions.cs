using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Parley.Models;

namespace Parley.Server.Workers.Bundles;

/// <summary>
/// The present version of every bundle. Whoever begins a job looks: when the files of the bundle have changed, and are whole and quiet, the version is a
/// new one from then on. Safe for concurrent calls.
/// </summary>
internal sealed class BundleVersions(ServedBundles served, int pipelines, string? hashPath, ILogger logger, TimeProvider time)
{
    // A configuration serves a few; names that nobody serves are never kept.
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    public ServedBundles Served => served;

    /// <summary>Told, outside all locks, when a bundle has a new version.</summary>
    public Action<BundleVersion> Changed { get; set; } = static _ => { };

    /// <summary>Looks at a bundle's files.</summary>
    /// <exception cref="ModelFileException">There is no such bundle.</exception>
    public BundleVersion Look(string? bundle)
    {
        Known known = KnownOf(bundle);
        (BundleVersion version, bool isNew) = known.Look();
        if (isNew)
        {
            logger.BundleChanged(version.Name);
            Changed(version);
        }

        return version;
    }

    /// <summary>The version of the last look: for those who must not wait.</summary>
    public bool IsPresent(BundleVersion version) => ReferenceEquals(KnownOf(version.Bundle).Version, version);

    /// <summary>Identity of a bundle as it is now; that of no models when it is not served.</summary>
    public string IdentityOf(string? bundle)
    {
        try
        {
            return Look(bundle).Identity;
        }
        catch (ModelFileException)
        {
            return ModelFingerprint.None;
        }
    }

    /// <summary>Whether a bundle's recogniser can be told the language; false for bundles that are not there.</summary>
    public bool TakesLanguage(string? bundle)
    {
        try
        {
            return Look(bundle).TakesLanguage;
        }
        catch (ModelFileException)
        {
            return false;
        }
    }

    // A job may have been handed in when what is the default now was another bundle.
    private Known KnownOf(string? bundle)
    {
        string? asked = bundle is not null && served.IsDefault(bundle) ? null : bundle;
        return _known.GetOrAdd(asked ?? "", _ => new Known(() => Make(asked), logger, time));
    }

    private BundleVersion Make(string? bundle)
    {
        PipelineSetup setup = served.Setup(bundle, pipelines);
        return new BundleVersion(bundle, setup, new ModelFingerprint(setup, hashPath, logger)) { Name = served.NameOf(bundle) };
    }

    /// <summary>One bundle.</summary>
    private sealed class Known
    {
        private readonly Lock _lock = new();
        private readonly Func<BundleVersion> _make;
        private readonly ILogger _logger;
        private readonly TimeProvider _time;
        private volatile BundleVersion _version;
        private BundleFiles? _files;
        private string _stamp = "", _manifest = "", _seen = "", _refused = "";
        private long _seenSince;

        public Known(Func<BundleVersion> make, ILogger logger, TimeProvider time)
        {
            (_make, _logger, _time) = (make, logger, time);
            _version = make();
        }

        public BundleVersion Version => _version;

        public (BundleVersion Version, bool IsNew) Look()
        {
            lock (_lock)
            {
                if (_files is null)
                {
                    Read(_version, out _);
                    return (_version, false);
                }

                (string stamp, DateTime latest) = _files.Look();
                bool isOld = string.Equals(stamp, _stamp, StringComparison.Ordinal) || string.Equals(stamp, _refused, StringComparison.Ordinal);
                if (isOld || !IsQuiet(stamp, latest))
                    return (_version, false);
                BundleVersion next = _make();
                (string? identity, string manifest) = (_version.KnownIdentity, _manifest);
                if (!Read(next, out string? problem))
                {
                    _refused = stamp;
                    _logger.BundleUnusable(next.Name, problem!);
                    return (_version, false);
                }

                // Touched, or rewritten as it was: nobody has to load it again.
                if (string.Equals(next.Identity, identity, StringComparison.Ordinal) && string.Equals(_manifest, manifest, StringComparison.Ordinal))
                    return (_version, false);
                _version = next;
                return (next, true);
            }
        }

        // Long ago, or seen in this state for long enough; the latter alone where clocks are wrong.
        private bool IsQuiet(string stamp, DateTime latest)
        {
            if (!string.Equals(stamp, _seen, StringComparison.Ordinal))
                (_seen, _seenSince) = (stamp, _time.GetTimestamp());
            return _time.GetUtcNow().UtcDateTime - latest >= BundleFiles.Quiet || _time.GetElapsedTime(_seenSince) >= BundleFiles.Quiet;
        }

        private bool Read(BundleVersion version, out string? problem)
        {
            problem = null;
            try
            {
                ModelBundle bundle = version.Setup.LoadBundle();
                BundleFiles files = new(bundle);
                (string stamp, _) = files.Look();
                version.Measured(bundle.Asr.Files[0].Length, bundle.Stages.SelectMany(stage => stage.Files).Sum(file => file.Length), bundle.Asr.TakesLanguage);
                (_files, _stamp, _manifest) = (files, stamp, BundleFiles.ManifestOf(bundle));
                return true;
            }
            catch (ModelFileException error)
            {
                problem = error.Message;
                return false;
            }
        }
    }
}
