using Parley.Models;

namespace Parley.Asr;

/// <summary>The tokens of a recogniser. Immutable.</summary>
public sealed class Vocabulary
{
    /// <summary>Takes the tokens as they are.</summary>
    /// <param name="tokens">The index of a token is its class number; the first three are blank, start and end of a sentence.</param>
    /// <param name="path">Where they come from, for messages.</param>
    /// <exception cref="ModelFileException">There are no tokens beyond the first three.</exception>
    public Vocabulary(IReadOnlyList<string> tokens, string path)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.Count <= SpecialTokens.FirstTextId)
            throw new ModelFileException(path, $"{path} holds {tokens.Count} tokens; expected blank, start, end and at least one token of text.");
        Tokens = tokens;
        Path = path;
    }

    /// <summary>The tokens; the index is the class number.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Where they come from.</summary>
    public string Path { get; }

    /// <summary>Checks that a network has as many classes as there are tokens.</summary>
    /// <param name="classes">Classes of the network; -1 when its file leaves them open.</param>
    /// <param name="modelPath">The network's file, for the message.</param>
    /// <exception cref="ModelFileException">It has more or fewer.</exception>
    internal void RequireClasses(long classes, string modelPath)
    {
        if (classes < 0 || classes == Tokens.Count)
            return;
        string message = $"{Path} holds {Tokens.Count} tokens, but {modelPath} has {classes} classes. Use the vocabulary that belongs to the model.";
        throw new ModelFileException(Path, message);
    }
}
