using FsCheck;
using FsCheck.Fluent;
using Parley.Asr;

namespace Parley.Tests.Asr;

/// <summary>SentencePiece tokens to words and marks.</summary>
public sealed class PieceJoinerTests
{
    [Theory]
    [InlineData("我 爱 你 。", "我 爱 你。")]
    [InlineData("▁good ▁mor n ing , ▁every one .", "good morning, everyone.")]
    [InlineData("▁我 用 ▁g p t ， 好 吗 ？", "我 用 gpt， 好 吗？")]
    [InlineData("▁ ▁don ' t ▁ 很 ！", "don't 很！")]
    [InlineData("2 0 2 4 年 涨 3 . 5 % ， 1 0 , 0 0 0 元", "2024 年 涨 3.5%， 10,000 元")]
    [InlineData("▁U . S . ▁e - mail .", "U.S. e-mail.")]
    [InlineData("▁안 녕 하세요 . ▁좋 아", "안녕하세요. 좋아")]
    [InlineData("これ は テスト です 。", "こ れ は テ ス ト で す。")]
    [InlineData("。 《 书 》 ， 。 、 ▁", "书，")]
    [InlineData("你好 吗", "你 好 吗")]
    public void Pieces_become_words_and_signs_become_marks(string pieces, string expected)
    {
        MarkedWords joined = Join(pieces);
        string.Join(' ', joined.Words.Zip(joined.Marks, (word, mark) => word.Text + mark)).ShouldBe(expected);
    }

    [Fact]
    public void A_word_lasts_from_its_first_to_its_last_piece_with_the_mean_probability()
    {
        AsrToken[] tokens = [new("▁hel", 0, 60, 0.5f), new("lo", 90, 150, 1), new(",", 180, 240, 0.1f), new("你好", 300, 400, 0.25f)];
        PieceJoiner.Join(tokens).Words.ShouldBe([new("hello", 0, 150, 0.75f), new("你", 300, 350, 0.25f), new("好", 350, 400, 0.25f)]);
    }

    [Fact]
    public void Whatever_comes_words_have_no_marks_and_never_run_backwards()
    {
        string[] pieces = ["▁", "▁a", "b", "你", "你好", "，", "。", ".", ",", "3", "%", "'", "-", "《", "▁안", "녕", "テ", "…", "😀", "é", "▁x▁y"];
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Arb.From(Gen.ListOf(Gen.Elements(pieces))), list =>
        {
            MarkedWords joined = PieceJoiner.Join([.. list.Select((piece, i) => new AsrToken(piece, i * 60, (i * 60) + 50, 0.5f))]);
            joined.Marks.Count.ShouldBe(joined.Words.Count);
            int last = 0;
            foreach (Word word in joined.Words)
            {
                word.Text.ShouldNotBeNullOrWhiteSpace();
                word.Text.IndexOfAny(['▁', '，', '。', '《', '…']).ShouldBe(-1);
                word.StartMs.ShouldBeGreaterThanOrEqualTo(last);
                word.EndMs.ShouldBeGreaterThanOrEqualTo(word.StartMs);
                word.Confidence.ShouldBe(0.5f, 1e-6f);
                last = word.StartMs;
            }
        }));
    }

    private static MarkedWords Join(string pieces)
        => PieceJoiner.Join([.. pieces.Split(' ').Select((piece, i) => new AsrToken(piece, i * 60, (i * 60) + 60, 0.5f))]);
}
