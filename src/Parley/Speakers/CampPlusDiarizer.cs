using System.ComponentModel.DataAnnotations;
using Parley.Features;
using Parley.Inference;
using Parley.Models;

namespace Parley.Speakers;

/// <summary>Speakers by CAM++ embeddings (Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification", Interspeech 2023) and clustering.</summary>
/// <remarks>Safe for concurrent use: all state lives in the streams it opens.</remarks>
public sealed class CampPlusDiarizer : ISpeakerDiarizer
{
    private readonly ModelSession _session;
    private readonly CampPlusModel _model;
    private readonly SpeakerFeatures _features;
    private readonly DiarizationOptions _options;

    /// <summary>Puts the parts together.</summary>
    /// <param name="session">The model; disposed with the diarizer.</param>
    /// <param name="options">How speakers are told apart.</param>
    /// <exception cref="ModelFileException">The file is no speaker embedding model.</exception>
    /// <exception cref="ValidationException">The options are out of range.</exception>
    public CampPlusDiarizer(ModelSession session, DiarizationOptions options)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(options);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        Validator.ValidateObject(options.Clustering, new ValidationContext(options.Clustering), validateAllProperties: true);
        _features = new SpeakerFeatures(FbankOptions.CamPlus);
        _model = new CampPlusModel(session, _features.Frames, _features.Bins);
        _session = session;
        _options = options;
    }

    /// <inheritdoc/>
    public IDiarizationStream OpenStream() => new DiarizationStream(_model, _features, _options);

    /// <summary>Unloads the model.</summary>
    public void Dispose() => _session.Dispose();
}
