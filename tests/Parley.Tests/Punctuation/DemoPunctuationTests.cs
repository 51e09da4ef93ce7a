using System.Text.Json;
using Parley.Models;
using Parley.Punctuation;
using Parley.Tests.Models;

namespace Parley.Tests.Punctuation;

/// <summary>The demo model on texts that it never saw.</summary>
public sealed class DemoPunctuationTests
{
    [Fact]
    public void Marks_stand_where_a_person_put_them()
    {
        using CtTransformerPunctuator punctuator = Load();
        int found = 0, right = 0, wanted = 0;
        foreach ((string[] words, PunctuationMark[] expected) in HeldOut())
        {
            IReadOnlyList<PunctuationMark> marks = punctuator.Punctuate(words, default);
            marks.Count.ShouldBe(words.Length);
            for (int i = 0; i < words.Length; i++)
            {
                bool isFound = marks[i] != PunctuationMark.None, isWanted = expected[i] != PunctuationMark.None;
                found += isFound ? 1 : 0;
                wanted += isWanted ? 1 : 0;
                right += isFound && isWanted ? 1 : 0;
            }
        }

        double f1 = 2.0 * right / (found + wanted);
        TestContext.Current.SendDiagnosticMessage($"Boundaries: {wanted} wanted, {found} found, {right} right, F1 {f1:F3}");
        f1.ShouldBeGreaterThanOrEqualTo(0.85);
    }

    [Fact]
    public void Long_texts_keep_one_mark_per_word_and_end_well()
    {
        using CtTransformerPunctuator punctuator = Load();
        string[] words = [.. HeldOut().SelectMany(document => document.Words)];
        IReadOnlyList<PunctuationMark> marks = punctuator.Punctuate(words, default);
        marks.Count.ShouldBe(words.Length);
        marks[^1].ShouldBeOneOf(PunctuationMark.Period, PunctuationMark.Question);
    }

    private static CtTransformerPunctuator Load()
    {
        string directory = DemoModel.Directory("punc");
        List<string> missing = [];
        PunctuationModelFiles files = new StageReader(directory, new ModelBundleOptions(), missing).ReadPunctuation().ShouldNotBeNull(string.Join(", ", missing));
        return new CtTransformerPunctuator(DemoModel.Load(directory), files.Tokens, new PunctuationOptions { MarkList = files.Config.Marks });
    }

    private static IEnumerable<(string[] Words, PunctuationMark[] Marks)> HeldOut()
    {
        string path = Path.Combine(TestPaths.RepositoryRoot, "tests", "data", "punctuation-heldout.json");
        using JsonDocument data = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. data.RootElement.GetProperty("documents").EnumerateArray().Select(document => (
            document.GetProperty("words").EnumerateArray().Select(word => word.GetString()!).ToArray(),
            MarkClasses.Parse([.. document.GetProperty("marks").EnumerateArray().Select(mark => mark.GetString()!)]).Select(mark => (PunctuationMark)mark).ToArray()))];
    }
}
