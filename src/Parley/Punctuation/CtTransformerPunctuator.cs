using System.ComponentModel.DataAnnotations;
using Parley.Inference;
using Parley.Models;

namespace Parley.Punctuation;

/// <summary>Punctuation by CT-Transformer (Chen et al., "Controllable Time-Delay Transformer", ICASSP 2020; the offline model). Safe for concurrent calls.</summary>
public sealed class CtTransformerPunctuator : IPunctuator
{
    private readonly ModelSession _session;
    private readonly CtTransformerModel _model;
    private readonly PunctuationVocabulary _vocabulary;
    private readonly PunctuationOptions _options;
    private readonly int[] _marksByClass;

    /// <summary>Puts the parts together.</summary>
    /// <param name="session">The model; disposed with the punctuator.</param>
    /// <param name="tokens">The vocabulary, index = id (tokens.json beside the model).</param>
    /// <param name="options">How to ask it; <see cref="PunctuationOptions.MarkList"/> comes from the model's config.yaml.</param>
    /// <exception cref="ModelFileException">Model, vocabulary and mark list do not fit together.</exception>
    /// <exception cref="ValidationException">The options are out of range.</exception>
    public CtTransformerPunctuator(ModelSession session, IReadOnlyList<string> tokens, PunctuationOptions options)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(options);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        try
        {
            _marksByClass = MarkClasses.Parse(options.MarkList);
            _vocabulary = new PunctuationVocabulary(tokens, caseSensitive: options.Compatibility != PunctuationCompatibility.None);
        }
        catch (ArgumentException error)
        {
            throw new ModelFileException(
                session.ModelPath, $"The files beside {session.ModelPath} do not describe a punctuation model (tokens.json, config.yaml): {error.Message}", error);
        }

        _model = new CtTransformerModel(session, _marksByClass.Length);
        _session = session;
        _options = options;
    }

    /// <inheritdoc/>
    public IReadOnlyList<PunctuationMark> Punctuate(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        IPunctuationStream stream = OpenStream();
        return [.. stream.Push(words, cancellationToken), .. stream.Complete(cancellationToken)];
    }

    /// <inheritdoc/>
    public IPunctuationStream OpenStream() => new PunctuationStream(_model, _vocabulary, _options, _marksByClass);

    /// <summary>Unloads the model.</summary>
    public void Dispose() => _session.Dispose();
}
