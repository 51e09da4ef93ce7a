using Parley.Inference;
using Parley.Punctuation;

namespace Parley.Tests.Punctuation;

/// <summary>The tiny model of tests/data/tiny-models: the class of a token is its id modulo 6.</summary>
internal static class TinyPunctuator
{
    /// <summary>Ids 0 to 11; classes 0 unknown, 1 none, 2 comma, 3 period, 4 question, 5 enumeration; id 7 gives "not a number".</summary>
    public static readonly IReadOnlyList<string> Tokens = ["<blank>", "none", "comma", "period", "question", "list", "zero", "broken", "逗", "句", "问", "<unk>"];

    public static string ModelPath(string name) => Path.Combine(TestPaths.RepositoryRoot, "tests", "data", "tiny-models", name + ".onnx");

    public static CtTransformerPunctuator Load(PunctuationOptions? options = null, string model = "punc", IReadOnlyList<string>? tokens = null)
        => new(ModelSession.Load(ModelPath(model), new InferenceOptions { Threads = 1 }), tokens ?? Tokens, options ?? new PunctuationOptions());
}
