using Parley.Models;

namespace Parley.Asr;

/// <summary>Reads labels of SenseVoice: the first frames are tags, the others text. Immutable.</summary>
internal sealed class SenseVoiceText
{
    /// <summary>The class that stands for nothing; its token is called otherwise.</summary>
    public const int Blank = 0;

    private const string Open = "<|", Close = "|>";

    private readonly IReadOnlyList<string> _tokens;

    /// <summary>Takes a vocabulary.</summary>
    /// <exception cref="ModelFileException">It has no tags, so it belongs to another model.</exception>
    public SenseVoiceText(Vocabulary vocabulary)
    {
        _tokens = vocabulary.Tokens;
        if (!_tokens.Any(IsTag))
        {
            throw new ModelFileException(vocabulary.Path, $"{vocabulary.Path} is not the vocabulary of a SenseVoice network: it has no tags such as <|zh|>. "
                + "Put the tokens.json of the same repository beside the network.");
        }
    }

    /// <summary>Whether a class is text: neither blank nor tag nor a marker of the vocabulary.</summary>
    public bool IsText(int id) => id != Blank && !IsTag(_tokens[id]) && !SpecialTokens.Contains(_tokens[id]);

    /// <summary>The token of a class.</summary>
    public string this[int id] => _tokens[id];

    /// <summary>The tags of a segment.</summary>
    /// <param name="ids">Best classes of its first frames: language, emotion, event, text normalisation.</param>
    public SpeechTags Tags(ReadOnlySpan<int> ids)
    {
        string? language = Name(ids[0]), emotion = Name(ids[1]), sound = Name(ids[2]);
        return new SpeechTags
        {
            Language = language is "nospeech" ? null : language,
            Emotion = emotion is null || emotion.StartsWith("emo_unk", StringComparison.Ordinal) ? null : emotion,
            Events = sound is null or "event_unk" ? [] : [sound],
        };
    }

    private static bool IsTag(string token) => token.StartsWith(Open, StringComparison.Ordinal) && token.EndsWith(Close, StringComparison.Ordinal) && token.Length > Open.Length + Close.Length;

    // What stands between the brackets, in small letters; null for a class that is no tag.
    private string? Name(int id) => IsTag(_tokens[id]) ? _tokens[id][Open.Length..^Close.Length].ToLowerInvariant() : null;
}
