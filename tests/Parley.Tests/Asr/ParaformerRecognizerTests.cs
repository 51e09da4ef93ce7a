using Parley.Asr;
using Parley.Inference;
using Parley.Models;
using Parley.Vad;

namespace Parley.Tests.Asr;

public sealed class ParaformerRecognizerTests
{
    private const int Ni = 3, Hao = 4, Hel = 5, Lo = 6, Unknown = 7, End = 2;

    /// <summary>Fires at timestamp frames 3, 6 and 9: two tokens and the end of the sentence.</summary>
    private static readonly TinyRow[] NiHao = [new(Ni, true), new(Hao, true, Peaks: 1), new(End, true, Peaks: 1), new(0, false, Peaks: 1)];

    [Fact]
    public void Words_have_absolute_times_from_fires_and_the_probability_of_their_tokens()
    {
        using ParaformerRecognizer recognizer = TinyAsr.Load();
        IReadOnlyList<Word> words = Words(recognizer, TinyAsr.Segment(0, 10_000, NiHao));

        words.Select(word => (word.Text, word.StartMs, word.EndMs)).ShouldBe([("你", 10_030, 10_090), ("好", 10_090, 10_240)]);
        words.ShouldAllBe(word => Math.Abs(word.Confidence - TinyAsr.BestProbability) < 1e-6f);
        recognizer.HasTimestamps.ShouldBeTrue();
    }

    [Fact]
    public void Pieces_make_one_word()
    {
        using ParaformerRecognizer recognizer = TinyAsr.Load();
        Word word = Words(recognizer, TinyAsr.Segment(0, 0, new(Hel, true), new(Lo, true, Peaks: 1), new(End, true, Peaks: 1), new(0, false, Peaks: 1))).ShouldHaveSingleItem();
        (word.Text, word.StartMs, word.EndMs).ShouldBe(("hello", 30, 240));
    }

    [Fact]
    public void A_batch_gives_what_its_segments_give_alone()
    {
        SpeechSegment[] batch =
        [
            TinyAsr.Segment(7, 0, NiHao),
            TinyAsr.Segment(3, 5_000, new(Hao, true), new(End, true, Peaks: 2), new(0, false, Peaks: 1), new(0, false), new(0, false), new(0, false)),
            TinyAsr.Segment(9, 9_000, new TinyRow(End, false)),
        ];
        using ParaformerRecognizer recognizer = TinyAsr.Load();

        IReadOnlyList<RecognizedSegment> together = recognizer.Recognize(batch, RecognitionWish.None, CancellationToken.None);

        together.Select(segment => segment.Index).ShouldBe([7, 3, 9]);
        for (int i = 0; i < batch.Length; i++)
            together[i].Words.ShouldBe(Words(recognizer, batch[i]));
        together[0].Words.Count.ShouldBe(2);
        together[1].Words.Count.ShouldBe(1);
        together[2].Words.ShouldBeEmpty();
    }

    [Fact]
    public void Token_counts_of_either_width_are_read()
    {
        using ParaformerRecognizer narrow = TinyAsr.Load(), wide = TinyAsr.Load("asr-int64");
        SpeechSegment segment = TinyAsr.Segment(0, 0, NiHao);
        Words(wide, segment).ShouldBe(Words(narrow, segment));
    }

    [Theory]
    [InlineData("asr-quantized")]
    [InlineData("asr-external")]
    public void Quantised_weights_and_weights_in_a_file_of_their_own_give_the_same_words(string model)
    {
        using ParaformerRecognizer plain = TinyAsr.Load(), other = TinyAsr.Load(model);
        SpeechSegment segment = TinyAsr.Segment(0, 0, NiHao);
        Words(other, segment).Select(word => (word.Text, word.StartMs, word.EndMs)).ShouldBe(Words(plain, segment).Select(word => (word.Text, word.StartMs, word.EndMs)));
    }

    [Fact]
    public void Weights_that_were_left_behind_are_named()
    {
        string folder = Directory.CreateTempSubdirectory("parley-external-").FullName, model = Path.Combine(folder, "model.onnx");
        try
        {
            File.Copy(Path.Combine(TestPaths.RepositoryRoot, "tests", "data", "tiny-models", "asr-external.onnx"), model);
            ModelFileException error = Should.Throw<ModelFileException>(() => ModelSession.Load(model, new InferenceOptions { Threads = 1 }));
            error.Message.ShouldContain("model.onnx");
            error.Message.ShouldContain("asr-external.bin");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Without_timestamps_words_share_their_segment()
    {
        using ParaformerRecognizer recognizer = TinyAsr.Load("asr-plain");
        recognizer.HasTimestamps.ShouldBeFalse();
        Words(recognizer, TinyAsr.Segment(0, 1_000, NiHao)).Select(word => (word.Text, word.StartMs, word.EndMs)).ShouldBe([("你", 1_000, 1_120), ("好", 1_120, 1_240)]);
    }

    [Fact]
    public void A_segment_in_which_nothing_is_said_is_empty_and_no_fault()
    {
        using ParaformerRecognizer recognizer = TinyAsr.Load();
        IReadOnlyList<RecognizedSegment> results = recognizer.Recognize([TinyAsr.Segment(0, 0, new TinyRow(Ni, false)), TinyAsr.Segment(1, 500, NiHao)], RecognitionWish.None, CancellationToken.None);
        (results[0].Words.Count, results[0].Fault).ShouldBe((0, null));
        results[1].Words.Count.ShouldBe(2);
    }

    [Fact]
    public void Scores_that_are_no_numbers_empty_their_own_segment_only_and_are_counted()
    {
        using ParaformerRecognizer recognizer = TinyAsr.Load();
        IReadOnlyList<RecognizedSegment> results = recognizer.Recognize(
            [TinyAsr.Segment(4, 2_000, new(Ni, true), new(-1, true), new(End, true)), TinyAsr.Segment(5, 5_000, NiHao)], RecognitionWish.None, CancellationToken.None);
        results[0].Words.ShouldBeEmpty();
        results[0].Fault.ShouldNotBeNull().ShouldContain("segment 4 (2000 to 2180 ms)");
        results[1].Words.Count.ShouldBe(2);
        recognizer.FaultySegments.ShouldBe(1);
    }

    [Fact]
    public void Segments_without_frames_and_empty_batches_need_no_run()
    {
        using ParaformerRecognizer recognizer = TinyAsr.Load();
        recognizer.Recognize([], RecognitionWish.None, CancellationToken.None).ShouldBeEmpty();
        RecognizedSegment empty = recognizer.Recognize([new SpeechSegment(6, new VadSegment(0, 10), default, default)], RecognitionWish.None, CancellationToken.None).ShouldHaveSingleItem();
        (empty.Index, empty.Words.Count, empty.Fault).ShouldBe((6, 0, null));
    }

    [Fact]
    public void A_marker_in_the_middle_takes_its_own_time_with_it()
    {
        TinyRow[] rows = [new(Ni, true), new(Unknown, true, Peaks: 1), new(Hao, true, Peaks: 1), new(End, true, Peaks: 1), new(0, false, Peaks: 1)];
        using ParaformerRecognizer recognizer = TinyAsr.Load(), reference = TinyAsr.Load(likeReference: true);

        Words(recognizer, TinyAsr.Segment(0, 0, rows)).Select(word => (word.Text, word.StartMs)).ShouldBe([("你", 30), ("好", 150)]);
        // FunASR drops the marker from the text only, so what follows takes its time.
        Words(reference, TinyAsr.Segment(0, 0, rows)).Select(word => (word.Text, word.StartMs)).ShouldBe([("你", 30), ("好", 90)]);
    }

    [Fact]
    public void Words_do_not_begin_before_their_segment()
    {
        TinyRow[] rows = [new(Ni, true, Peaks: 1), new(Hao, true, Peaks: 1), new(End, true, Peaks: 1)];
        using ParaformerRecognizer recognizer = TinyAsr.Load(), reference = TinyAsr.Load(likeReference: true);

        Words(recognizer, TinyAsr.Segment(0, 1_000, rows))[0].StartMs.ShouldBe(1_000);
        Words(reference, TinyAsr.Segment(0, 1_000, rows))[0].StartMs.ShouldBe(970);
    }

    [Fact]
    public void Reference_joining_gives_every_word_the_mean_probability_and_a_time()
    {
        // A piece at the end is lost there, and kept here.
        TinyRow[] rows = [new(Ni, true), new(Hel, true, Peaks: 1), new(End, true, Peaks: 1), new(0, false, Peaks: 1)];
        using ParaformerRecognizer recognizer = TinyAsr.Load(), reference = TinyAsr.Load(likeReference: true), plain = TinyAsr.Load("asr-plain", likeReference: true);

        Words(recognizer, TinyAsr.Segment(0, 0, rows)).Select(word => word.Text).ShouldBe(["你", "hel"]);
        foreach (ParaformerRecognizer other in (ParaformerRecognizer[])[reference, plain])
        {
            Word word = Words(other, TinyAsr.Segment(0, 0, rows)).ShouldHaveSingleItem();
            word.Text.ShouldBe("你");
            word.Confidence.ShouldBe(TinyAsr.BestProbability, 1e-6f);
        }
    }

    [Fact]
    public void Models_with_hotwords_run_with_the_row_for_none()
    {
        IReadOnlyList<string> tokens = [.. TinyAsr.Tokens.Take(7), "热"];
        using ModelSession hotwords = TinyAsr.Session("asr-hotwords-eb");
        using ParaformerRecognizer recognizer = TinyAsr.Load("asr-hotwords", tokens: tokens, hotwords: hotwords);
        // The tiny model adds the sum of the row, 1 + 2 + 3 + 4, to its last class.
        Words(recognizer, TinyAsr.Segment(0, 0, NiHao)).Select(word => word.Text).ShouldBe(["热", "热", "热"]);
        recognizer.Recognize([TinyAsr.Segment(0, 0, NiHao), TinyAsr.Segment(1, 0, NiHao)], RecognitionWish.None, CancellationToken.None).ShouldAllBe(segment => segment.Words.Count == 3);
    }

    [Fact]
    public void Models_with_hotwords_name_the_file_that_is_missing()
    {
        string message = Should.Throw<ModelFileException>(() => TinyAsr.Load("asr-hotwords")).Message;
        message.ShouldContain("bias_embed");
        message.ShouldContain("model_eb.onnx");
        using ModelSession other = TinyAsr.Session("asr");
        Should.Throw<ModelFileException>(() => TinyAsr.Load("asr-hotwords", hotwords: other)).Message.ShouldContain("hotword");
    }

    [Fact]
    public void Vocabulary_of_another_model_is_refused_with_both_numbers()
    {
        IReadOnlyList<string> seven = [.. TinyAsr.Tokens.Take(7)];
        string message = Should.Throw<ModelFileException>(() => TinyAsr.Load(tokens: seven)).Message;
        message.ShouldContain("tokens.json holds 7 tokens");
        message.ShouldContain("has 8 classes");

        // A file that leaves the number open tells it with its first run.
        using ParaformerRecognizer recognizer = TinyAsr.Load("asr-free-classes", tokens: seven);
        Should.Throw<ModelFileException>(() => Words(recognizer, TinyAsr.Segment(0, 0, NiHao))).Message.ShouldBe(message.Replace("asr.onnx", "asr-free-classes.onnx", StringComparison.Ordinal));
        Should.Throw<ModelFileException>(() => new Vocabulary(["<blank>"], "tokens.txt")).Message.ShouldContain("tokens.txt");
    }

    [Fact]
    public void Models_of_another_kind_are_refused_by_name()
        => Should.Throw<ModelFileException>(() => TinyAsr.Load("vad")).Message.ShouldContain("vad.onnx");

    [Fact]
    public void Cancellation_passes_through()
    {
        using ParaformerRecognizer recognizer = TinyAsr.Load();
        Should.Throw<OperationCanceledException>(() => recognizer.Recognize([TinyAsr.Segment(0, 0, NiHao)], RecognitionWish.None, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Concurrent_calls_do_not_disturb_each_other()
    {
        using ParaformerRecognizer recognizer = TinyAsr.Load();
        SpeechSegment[] segments = [.. Enumerable.Range(0, 32).Select(index => TinyAsr.Segment(index, index * 1000, index % 2 == 0 ? NiHao : [.. NiHao, .. NiHao]))];
        IReadOnlyList<Word>[] alone = [.. segments.Select(segment => Words(recognizer, segment))];
        IReadOnlyList<Word>[] together = [.. segments.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(segment => Words(recognizer, segment))];
        for (int i = 0; i < segments.Length; i++)
            together[i].ShouldBe(alone[i]);
        alone.ShouldAllBe(words => words.Count > 0);
    }

    private static IReadOnlyList<Word> Words(ParaformerRecognizer recognizer, SpeechSegment segment)
        => recognizer.Recognize([segment], RecognitionWish.None, CancellationToken.None).ShouldHaveSingleItem().Words;
}
