using Parley.Features;
using Parley.Inference;
using Parley.Models;

namespace Parley.Vad;

/// <summary>Voice activity detection with FSMN-VAD. Safe for concurrent use: what a recording changes lives in its stream.</summary>
public sealed class FsmnVadDetector : IVoiceActivityDetector
{
    private readonly ModelSession _session;
    private readonly FsmnVadModel _model;
    private readonly Cmvn _cmvn;
    private readonly VadOptions _options;

    /// <summary>Puts the parts together.</summary>
    /// <param name="session">The streaming export of FSMN-VAD; from here on it belongs to the detector.</param>
    /// <param name="cmvn">Normalisation of rows of 400 values, from the model's <c>am.mvn</c>.</param>
    /// <param name="options">How scores become segments.</param>
    /// <exception cref="ModelFileException">The file is another model.</exception>
    /// <exception cref="ArgumentException">Options or normalisation are not valid.</exception>
    public FsmnVadDetector(ModelSession session, Cmvn cmvn, VadOptions options)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(cmvn);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNotEqual(cmvn.Dim, FsmnVadModel.FeatureSize);
        options.ThrowIfInvalid();
        (_session, _cmvn, _options) = (session, cmvn, options);
        _model = new FsmnVadModel(session, options.SilenceColumns);
    }

    /// <summary>The model file.</summary>
    public string ModelPath => _session.ModelPath;

    /// <summary>The device that runs it.</summary>
    public string Device => _session.Device;

    /// <inheritdoc/>
    public IVoiceActivityStream OpenStream() => new FsmnVadStream(_model, _cmvn, _options);

    /// <summary>Unloads the model.</summary>
    public void Dispose() => _session.Dispose();
}
