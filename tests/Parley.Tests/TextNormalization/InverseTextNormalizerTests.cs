using System.Globalization;
using Parley.Asr;
using Parley.Punctuation;
using Parley.TextNormalization;

namespace Parley.Tests.TextNormalization;

public sealed class InverseTextNormalizerTests
{
    // What random texts are made of: all numerals, and what the rules look at.
    private const string Alphabet = "零〇一二三四五六七八九十百千万亿两幺零一二三四五六七八九十百千万点分之第负到至比加年月日号块毛元个定周星期几多半后折度米的人A";

    public static TheoryData<string, string> Written => [.. Lines(SpokenCases.Written).Select(line => line.Split(" > ")).Select(pair => (pair[0], pair[1]))];

    public static TheoryData<string> Unchanged => [.. Lines(SpokenCases.Unchanged)];

    [Theory]
    [MemberData(nameof(Written))]
    public void Number_is_written_in_figures(string spoken, string expected)
        => SpokenWords.Text(InverseTextNormalizer.Normalize(SpokenWords.Of(spoken))).ShouldBe(expected);

    [Theory]
    [MemberData(nameof(Unchanged))]
    public void What_is_no_number_stays(string spoken)
    {
        Word[] words = SpokenWords.Of(spoken);
        InverseTextNormalizer.Normalize(words).ShouldBeSameAs(words, SpokenWords.Text(InverseTextNormalizer.Normalize(words)));
    }

    [Fact]
    public void Words_of_a_number_become_one_that_lasts_as_long()
    {
        Word[] words = SpokenWords.Of("大概百分之三点五左右");
        IReadOnlyList<Word> normalized = InverseTextNormalizer.Normalize(words);

        normalized.Select(word => word.Text).ShouldBe(["大", "概", "3.5%", "左", "右"]);
        normalized[0].ShouldBeSameAs(words[0]);
        normalized[^1].ShouldBeSameAs(words[^1]);
        (normalized[2].StartMs, normalized[2].EndMs).ShouldBe((words[2].StartMs, words[7].EndMs));
        normalized[2].Confidence.ShouldBe(words[2..8].Average(word => word.Confidence), 1e-6f);
    }

    [Fact]
    public void Units_stay_words_of_their_own()
    {
        Word[] words = SpokenWords.Of("二零二五年三亿五千万元");
        IReadOnlyList<Word> normalized = InverseTextNormalizer.Normalize(words);
        normalized.Select(word => word.Text).ShouldBe(["2025", "年", "3", "亿", "5000", "万", "元"]);
        normalized[1].ShouldBeSameAs(words[4]);
        normalized[3].ShouldBeSameAs(words[6]);
    }

    [Fact]
    public void Sentence_keeps_its_mark()
    {
        Sentence sentence = SentenceBuilder.Build(SpokenWords.Of("今年增长了百分之二十"), [.. Enumerable.Repeat(PunctuationMark.None, 9), PunctuationMark.Comma])[0];
        Sentence normalized = InverseTextNormalizer.Normalize(sentence);
        normalized.Text.ShouldBe("今年增长了20%，");
        normalized.Mark.ShouldBe(PunctuationMark.Comma);
        (normalized.StartMs, normalized.EndMs).ShouldBe((sentence.StartMs, sentence.EndMs));

        Sentence plain = SentenceBuilder.Build(SpokenWords.Of("一起去"), Enumerable.Repeat(PunctuationMark.None, 3).ToArray())[0];
        InverseTextNormalizer.Normalize(plain).ShouldBeSameAs(plain);
    }

    [Fact]
    public void Written_text_is_normalised_between_its_marks()
        => InverseTextNormalizer.Normalize("Speaker1: 百分之二十，不是 二百五十元。OK 三 hundred").ShouldBe("Speaker1: 20%，不是 250元。OK 三 hundred");

    [Fact]
    public void Any_text_keeps_its_times_and_is_normalised_once()
    {
        Random random = new(20251003);
        for (int round = 0; round < 20_000; round++)
        {
            string spoken = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            Word[] words = SpokenWords.Of(spoken);
            IReadOnlyList<Word> normalized = InverseTextNormalizer.Normalize(words);

            int next = 0;
            foreach (Word word in normalized)
            {
                word.StartMs.ShouldBe(words[next].StartMs, spoken);
                int last = Array.FindIndex(words, next, source => source.EndMs == word.EndMs);
                last.ShouldBeGreaterThanOrEqualTo(next, spoken);
                if (last == next && word.Text == words[next].Text)
                    word.ShouldBeSameAs(words[next], spoken);
                next = last + 1;
            }

            next.ShouldBe(words.Length, spoken);
            SpokenWords.Text(InverseTextNormalizer.Normalize(normalized)).ShouldBe(SpokenWords.Text(normalized), spoken);
        }
    }

    [Fact]
    public void Reading_of_a_number_gives_the_number()
    {
        Random random = new(20251004);
        for (int round = 0; round < 20_000; round++)
        {
            long number = random.NextInt64(11, Pow10(random.Next(2, 13)) + 1);
            if (random.Next(3) == 0)
                number -= number % Pow10(random.Next(1, 5));
            if (number <= 10)
                continue;
            string reading = SpokenWords.Reading(number);
            Value(SpokenWords.Text(InverseTextNormalizer.Normalize(SpokenWords.Of(reading)))).ShouldBe(number, reading);
        }

        static long Pow10(int exponent) => (long)Math.Pow(10, exponent);
    }

    [Fact]
    public void Digits_said_one_by_one_stay_in_order()
    {
        Random random = new(20251005);
        for (int round = 0; round < 2000; round++)
        {
            string digits = string.Concat(Enumerable.Range(0, random.Next(5, 20)).Select(_ => (char)('0' + random.Next(10))));
            string spoken = string.Concat(digits.Select(digit => "零一二三四五六七八九"[digit - '0']));
            SpokenWords.Text(InverseTextNormalizer.Normalize(SpokenWords.Of(spoken))).ShouldBe(digits);
        }
    }

    private static string[] Lines(string cases) => cases.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // Figures with big units: 3亿5000万.
    private static decimal Value(string written)
    {
        decimal value = 0, open = 0;
        string figures = "";
        foreach (char character in written + " ")
        {
            if (char.IsAsciiDigit(character) || character == '.')
            {
                figures += character;
                continue;
            }

            if (figures.Length > 0)
                open += decimal.Parse(figures, CultureInfo.InvariantCulture);
            figures = "";
            if (character == '亿')
                (value, open) = ((value + open) * 1e8m, 0);
            else if (character == '万')
                (value, open) = (value + (open * 1e4m), 0);
        }

        return value + open;
    }
}
