using FsCheck;
using FsCheck.Fluent;
using Parley.Transcripts;

namespace Parley.Tests.Transcripts;

/// <summary>Random transcripts: Chinese, English, hostile texts; words that fit, overlap, run backwards or are missing.</summary>
internal static class Generators
{
    private static readonly string[] Pieces =
    [
        "你", "好", "我", "们", "今", "天", "，", "。", "？", "、", "the ", "meeting ", "starts ", "at ", "ten", ". ", ", ", "it's ", "well-known ",
        "（", "）", "“", "”", "\n", "\0", "-->", "<b>", "&", "\uD83D", "😀", "e\u0301", " ", "supercalifragilisticexpialidocious", "１２",
    ];

    public static Gen<string> Texts(int maxPieces = 40)
        => Gen.Choose(0, maxPieces).SelectMany(count => Gen.Elements(Pieces).ListOf(count)).Select(string.Concat);

    public static Arbitrary<Transcript> Transcripts() => Sentences().Select(sentences => Samples.Of([.. sentences])).ToArbitrary();

    private static Gen<List<TranscriptSentence>> Sentences()
        => Gen.Choose(0, 12).SelectMany(count => Sentence().ListOf(count)).Select(drafts =>
        {
            int time = 0;
            List<TranscriptSentence> sentences = [];
            foreach ((string text, int gap, int length, string? speaker, bool words) in drafts)
            {
                int start = Math.Max(0, time + gap);
                time = start + length;
                TranscriptSentence sentence = Samples.Say(text, start, time, speaker);
                sentences.Add(words ? sentence : sentence with { Words = [] });
            }

            return sentences;
        });

    // A negative gap is an overlap; a negative length a broken time.
    private static Gen<(string Text, int Gap, int Length, string? Speaker, bool Words)> Sentence()
        => from text in Texts()
           from gap in Gen.Choose(-1500, 5000)
           from length in Gen.Choose(-100, 12000)
           from speaker in Gen.Elements<string?>("Speaker1", "Speaker2", "Speaker3", null)
           from words in ArbMap.Default.GeneratorFor<bool>()
           select (text, gap, length, speaker, words);
}
