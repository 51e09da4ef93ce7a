using System.ComponentModel.DataAnnotations;
using Parley.Inference;
using Parley.Models;
using Parley.Punctuation;
using static Parley.Punctuation.PunctuationMark;

namespace Parley.Tests.Punctuation;

public sealed class CtTransformerPunctuatorTests
{
    [Fact]
    public void Punctuate_gives_one_mark_per_word_and_ends_the_text()
    {
        using CtTransformerPunctuator punctuator = TinyPunctuator.Load();
        punctuator.Punctuate(["none", "comma", "list", "question", "zero", "逗"], default)
            .ShouldBe([None, Comma, EnumerationComma, Question, None, Period]);
    }

    [Fact]
    public void Punctuate_takes_the_mark_of_the_last_token_of_a_word()
    {
        using CtTransformerPunctuator punctuator = TinyPunctuator.Load();
        // "comma逗none" is three tokens: its mark is that of "none".
        punctuator.Punctuate(["comma逗none", "none逗", "问", "none"], default).ShouldBe([None, Comma, Question, Period]);
    }

    [Fact]
    public void Punctuate_looks_words_up_in_lower_case_unless_compatible()
    {
        using CtTransformerPunctuator plain = TinyPunctuator.Load();
        using CtTransformerPunctuator reference = TinyPunctuator.Load(new PunctuationOptions { Compatibility = PunctuationCompatibility.FunAsr143 });
        plain.Punctuate(["COMMA", "none", "none"], default)[0].ShouldBe(Comma);
        reference.Punctuate(["COMMA", "none", "none"], default)[0].ShouldBe(EnumerationComma); // <unk> has id 11, class 5
    }

    [Theory]
    [InlineData("none", PunctuationCompatibility.None, Period)]
    [InlineData("comma", PunctuationCompatibility.None, Period)]
    [InlineData("list", PunctuationCompatibility.None, Period)]
    [InlineData("question", PunctuationCompatibility.None, Question)]
    [InlineData("none", PunctuationCompatibility.FunAsr127, Comma)]
    [InlineData("comma", PunctuationCompatibility.FunAsr127, Comma)]
    [InlineData("list", PunctuationCompatibility.FunAsr127, EnumerationComma)]
    [InlineData("period", PunctuationCompatibility.FunAsr127, Period)]
    [InlineData("none", PunctuationCompatibility.FunAsr143, Period)]
    [InlineData("list", PunctuationCompatibility.FunAsr143, Period)]
    [InlineData("question", PunctuationCompatibility.FunAsr143, Question)]
    public void Punctuate_ends_the_last_word(string word, PunctuationCompatibility compatibility, PunctuationMark expected)
    {
        using CtTransformerPunctuator punctuator = TinyPunctuator.Load(new PunctuationOptions { Compatibility = compatibility });
        punctuator.Punctuate(["none", word], default)[1].ShouldBe(expected);
    }

    [Fact]
    public void Punctuate_reads_the_order_of_the_classes_from_the_mark_list()
    {
        using CtTransformerPunctuator punctuator = TinyPunctuator.Load(new PunctuationOptions { MarkList = ["<unk>", ",", "_", "?", ".", "、"] });
        punctuator.Punctuate(["none", "comma", "period", "question"], default).ShouldBe([Comma, None, Question, Period]);
    }

    [Fact]
    public void Punctuate_tolerates_blank_words_and_empty_texts()
    {
        using CtTransformerPunctuator punctuator = TinyPunctuator.Load();
        punctuator.Punctuate([], default).ShouldBeEmpty();
        punctuator.Punctuate(["", " "], default).ShouldBe([None, None]);
        punctuator.Punctuate(["comma", "", "none"], default).ShouldBe([Comma, None, Period]);
    }

    [Fact]
    public void Punctuate_names_the_model_when_it_gives_no_numbers()
    {
        using CtTransformerPunctuator punctuator = TinyPunctuator.Load();
        InferenceException error = Should.Throw<InferenceException>(() => punctuator.Punctuate(["broken"], default));
        error.Fault.ShouldBe(InferenceFault.BadOutput);
        error.Message.ShouldContain("punc.onnx");
    }

    [Fact]
    public void Punctuate_can_be_cancelled()
    {
        using CtTransformerPunctuator punctuator = TinyPunctuator.Load();
        Should.Throw<OperationCanceledException>(() => punctuator.Punctuate(["none"], new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Punctuate_is_safe_for_concurrent_calls()
    {
        using CtTransformerPunctuator punctuator = TinyPunctuator.Load();
        string[] words = [.. Enumerable.Range(0, 500).Select(i => TinyPunctuator.Tokens[1 + (i * 7 % 5)])];
        IReadOnlyList<PunctuationMark> alone = punctuator.Punctuate(words, default);
        Parallel.For(0, 16, _ => punctuator.Punctuate(words, default).ShouldBe(alone));
    }

    [Theory]
    [InlineData("punc-five-classes", "logits")]
    [InlineData("punc-int64", "inputs")]
    [InlineData("spk", "inputs")]
    public void Constructor_refuses_other_models(string model, string named)
    {
        ModelFileException error = Should.Throw<ModelFileException>(() => TinyPunctuator.Load(model: model));
        error.Message.ShouldContain(model + ".onnx");
        error.Message.ShouldContain(named);
    }

    [Theory]
    [InlineData(272_727)]
    [InlineData(471_067)]
    public void Vocabularies_of_the_official_sizes_are_taken(int size)
    {
        string[] tokens = [.. TinyPunctuator.Tokens.SkipLast(1), .. Enumerable.Range(TinyPunctuator.Tokens.Count, size - TinyPunctuator.Tokens.Count).Select(number => $"词{number}"), TinyPunctuator.Tokens[^1]];
        using CtTransformerPunctuator small = TinyPunctuator.Load(), large = TinyPunctuator.Load(tokens: tokens);
        string[] words = ["none", "comma", "list", "period", "逗"];
        large.Punctuate(words, CancellationToken.None).ShouldBe(small.Punctuate(words, CancellationToken.None));
    }

    [Fact]
    public void Constructor_refuses_a_vocabulary_without_the_unknown_token()
        => Should.Throw<ModelFileException>(() => TinyPunctuator.Load(tokens: ["a", "b"])).Message.ShouldContain("<unk>");

    [Fact]
    public void Constructor_refuses_marks_that_it_does_not_know()
        => Should.Throw<ModelFileException>(() => TinyPunctuator.Load(new PunctuationOptions { MarkList = ["<unk>", "_", "！", "。", "？", "、"] }))
            .Message.ShouldContain("！");

    [Fact]
    public void Constructor_refuses_options_that_contradict_each_other()
        => Should.Throw<ValidationException>(() => TinyPunctuator.Load(new PunctuationOptions { MaxContextTokens = 100 })).Message.ShouldContain("MaxContextTokens");
}
