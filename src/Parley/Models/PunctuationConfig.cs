namespace Parley.Models;

/// <summary>What the configuration file of a punctuation model says. Null where the file says nothing.</summary>
public sealed record PunctuationConfig
{
    /// <summary><c>punc_list</c>: the mark of each class; <c>&lt;unk&gt;</c>, <c>_</c> for no mark, then the marks, half or full width.</summary>
    public required IReadOnlyList<string> Marks { get; init; }

    /// <summary><c>sentence_end_id</c>: the class that ends a sentence.</summary>
    public int? SentenceEndId { get; init; }

    internal static PunctuationConfig From(YamlValue root, string path)
    {
        YamlValue conf = root["model_conf"]["punc_list"].IsPresent ? root["model_conf"] : root;
        return new PunctuationConfig
        {
            Marks = conf["punc_list"].AsTexts()
                ?? throw new ModelFileException(path, $"{path} has no punc_list, the marks that the network knows. Is it the configuration of a punctuation model?"),
            SentenceEndId = conf["sentence_end_id"].AsInt(),
        };
    }
}
