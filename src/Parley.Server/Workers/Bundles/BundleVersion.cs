namespace Parley.Server.Workers.Bundles;

/// <summary>A bundle as its files were at some time: workers that began with another version of it take no new jobs. Compared by reference. Safe for concurrent use.</summary>
/// <param name="bundle">As jobs name it; null for the default.</param>
/// <param name="setup">What makes a pipeline of it.</param>
/// <param name="fingerprint">Computes its identity.</param>
internal sealed class BundleVersion(string? bundle, PipelineSetup setup, ModelFingerprint fingerprint)
{
    private long _weightBytes, _fileBytes;
    private volatile bool _takesLanguage;

    public string? Bundle => bundle;

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    public PipelineSetup Setup => setup;

    /// <summary>See <see cref="ITranscriptionEngine.IdentityOf"/>. The first question may read gigabytes.</summary>
    public string Identity => fingerprint.Value;

    /// <summary>The identity, if anybody has asked for it; null: nobody has.</summary>
    public string? KnownIdentity => fingerprint.Known;

    /// <summary>Bytes of the recogniser's weights, once they are known; 0 before.</summary>
    public long WeightBytes => Interlocked.Read(ref _weightBytes);

    /// <summary>Bytes of all networks, once they are known; 0 before.</summary>
    public long FileBytes => Interlocked.Read(ref _fileBytes);

    /// <summary>Whether the recogniser can be told the language; false before that is known.</summary>
    public bool TakesLanguage => _takesLanguage;

    /// <summary>Keeps what was found in the files, for those who plan with it.</summary>
    public void Measured(long weightBytes, long fileBytes, bool takesLanguage)
    {
        _takesLanguage = takesLanguage;
        Interlocked.Exchange(ref _weightBytes, weightBytes);
        Interlocked.Exchange(ref _fileBytes, fileBytes);
    }
}
