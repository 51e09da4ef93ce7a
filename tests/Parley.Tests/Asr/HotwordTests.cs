using System.Text.Json;
using Parley.Asr;
using Parley.Models;

namespace Parley.Tests.Asr;

/// <summary>Hotwords from text to tokens to what is recognised. The tiny SeACo network adds 5 to the class of a hotword's last token; speech has 3.</summary>
public sealed class HotwordTests : IDisposable
{
    private const int Ni = 3, End = 2;

    // 好 is among the tokens, but nobody says it.
    private static readonly TinyRow[] Ni2 = [new(Ni, true), new(Ni, true, Peaks: 1), new(End, true, Peaks: 1), new(0, false, Peaks: 1)];

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-seg-dict-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Hotword_changes_what_is_recognised_in_every_segment_of_a_batch_and_none_changes_nothing()
    {
        using ParaformerRecognizer recognizer = Load();
        SpeechSegment[] batch = [TinyAsr.Segment(0, 0, Ni2), TinyAsr.Segment(1, 5_000, Ni2)];

        Texts(recognizer.Recognize(batch, RecognitionWish.None, CancellationToken.None)).ShouldBe(["你你", "你你"]);
        Texts(recognizer.Recognize(batch, Wish("好"), CancellationToken.None)).ShouldBe(["好好好", "好好好"]);
        // The state after the last token is what counts, not that after the first or after the padding.
        Texts(recognizer.Recognize(batch, Wish("好 你"), CancellationToken.None)).ShouldBe(["你你你", "你你你"]);
        recognizer.TakesHotwords.ShouldBeTrue();
        recognizer.Prepare(RecognitionWish.None, CancellationToken.None).ShouldBeEmpty();
    }

    [Fact]
    public void Words_without_tokens_and_words_with_too_many_are_reported_and_the_others_used()
    {
        string dictionary = Path.Combine(_folder, "seg_dict");
        File.WriteAllText(dictionary, "hello\twrong\nhello\thel@@ lo\nworld\twor@@ ld\n");
        using ParaformerRecognizer recognizer = Load(dictionary);

        IReadOnlyList<HotwordOutcome> outcomes = recognizer.Prepare(
            Wish("Hello", "world", "鑫", "<unk>", "你好你好你好你好你好", "你好你好你好你好你好你", "HELLO 好"), CancellationToken.None);

        outcomes.Select(outcome => (outcome.Word, outcome.Applied)).ShouldBe(
            [("Hello", true), ("world", false), ("鑫", false), ("<unk>", false), ("你好你好你好你好你好", true), ("你好你好你好你好你好你", false), ("HELLO 好", true)]);
        outcomes[1].Reason.ShouldBe("The model has no token for 'wor@@'.");
        outcomes[5].Reason.ShouldBe("It has 11 tokens; the model takes 10 for a hotword.");
        // "lo" is the last token of "hello": only so it is heard.
        Texts(recognizer.Recognize([TinyAsr.Segment(0, 0, Ni2)], Wish("hello"), CancellationToken.None)).ShouldBe(["lololo"]);
    }

    [Fact]
    public void Recogniser_without_hotwords_says_so()
    {
        using ParaformerRecognizer recognizer = TinyAsr.Load();
        recognizer.TakesHotwords.ShouldBeFalse();
        Should.Throw<RecognitionWishException>(() => recognizer.Prepare(Wish("好"), CancellationToken.None)).Message.ShouldContain("takes no hotwords");
        Should.Throw<RecognitionWishException>(() => recognizer.Recognize([TinyAsr.Segment(0, 0, Ni2)], Wish("好"), CancellationToken.None));
    }

    [Fact]
    public void Network_for_hotwords_of_another_model_is_refused_before_use()
        => Should.Throw<ModelFileException>(() => TinyAsr.Load("asr-seaco", hotwords: TinyAsr.Session("asr-hotwords-eb"))).Message.ShouldContain("hw_embed");

    [Theory]
    [InlineData(null, "")]
    [InlineData("  ", "")]
    [InlineData("阿里　巴巴\t王小明，OpenAI, 阿里", "阿里|巴巴|王小明|OpenAI")]
    [InlineData("""{"阿里巴巴": 20, "Parley": "15"}""", "阿里巴巴|Parley")]
    [InlineData("""["New York", " 王小明 ", ""]""", "New York|王小明")]
    [InlineData("""["阿里", 7]""", null)]
    [InlineData("""{"阿里": [20]}""", null)]
    [InlineData("""{"阿里": 20""", null)]
    [InlineData("[[[[[[]]]]]]", null)]
    [InlineData("a\u0000b", null)]
    [InlineData("""["a\ud800b"]""", null)]
    [InlineData("a\u001bb", null)]
    public void List_is_read_in_every_form_that_clients_send(string? text, string? expected)
    {
        if (expected is null)
            Should.Throw<RecognitionWishException>(() => Hotwords.Parse(text)).Message.ShouldNotBeNullOrWhiteSpace();
        else
            string.Join('|', Hotwords.Parse(text)).ShouldBe(expected);
    }

    [Fact]
    public void Lists_beyond_the_limits_are_refused_with_the_limit()
    {
        string[] fifty = [.. Enumerable.Range(0, 50).Select(number => $"w{number}")];
        Hotwords.Checked([.. fifty, "w7", ""]).Count.ShouldBe(50);
        Should.Throw<RecognitionWishException>(() => Hotwords.Checked([.. fifty, "one more"])).Message.ShouldContain("at most 50");
        Should.Throw<RecognitionWishException>(() => Hotwords.Checked([new string('a', 65)])).Message.ShouldContain("at most 64");
        Should.Throw<RecognitionWishException>(() => Hotwords.Parse(new string(' ', 3) + string.Concat(Enumerable.Repeat("ab ", 6000)))).Message.ShouldContain("at most 16384");
        using JsonDocument many = JsonDocument.Parse("[" + string.Join(',', Enumerable.Range(0, 5000).Select(number => $"\"w{number}\"")) + "]");
        Should.Throw<RecognitionWishException>(() => Hotwords.Parse(many.RootElement)).Message.ShouldContain("more than 1000 hotwords");
    }

    private static RecognitionWish Wish(params string[] hotwords) => new() { Hotwords = hotwords };

    private static ParaformerRecognizer Load(string? dictionary = null) => TinyAsr.Load("asr-seaco", hotwords: TinyAsr.Session("asr-seaco-eb"), dictionary: dictionary);

    private static IEnumerable<string> Texts(IReadOnlyList<RecognizedSegment> segments) => segments.Select(segment => string.Concat(segment.Words.Select(word => word.Text)));
}
