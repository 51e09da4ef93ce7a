using FsCheck;
using FsCheck.Fluent;
using Parley.Transcripts;
using Parley.Transcripts.Metrics;

namespace Parley.Tests.Transcripts;

public sealed class MetricsTests
{
    [Theory]
    [InlineData("你好，我们开始吧。", "你好我们开始吧", 0, 0, 0, 7)]
    [InlineData("打开客厅的灯", "打开厅的台灯吗", 0, 1, 2, 6)]
    [InlineData("今天天气很好", "今天天汽很好", 1, 0, 0, 6)]
    [InlineData("ab", "bc", 2, 0, 0, 2)] // as good as one deletion and one insertion
    [InlineData("ＡＢＣ１２", "abc12", 0, 0, 0, 5)]
    [InlineData("abc", "", 0, 3, 0, 3)]
    [InlineData("", "ab", 0, 0, 2, 0)]
    [InlineData("，。", "！", 0, 0, 0, 0)]
    [InlineData("😀好", "好", 0, 0, 0, 1)]
    public void Cer_counts_characters(string reference, string hypothesis, int substitutions, int deletions, int insertions, int length)
        => CharacterErrorRate.Compute(reference, hypothesis).ShouldBe(new ErrorRate(substitutions, deletions, insertions, length));

    [Theory]
    [InlineData("The cat sat.", "the cat, sat", 0, 0, 0, 3)]
    [InlineData("it's 'fine'", "It’s fine", 0, 0, 0, 2)]
    [InlineData("we met at ten", "we meet ten", 1, 1, 0, 4)]
    [InlineData("打开 wifi 开关", "打开wi fi开关", 1, 0, 1, 5)]
    public void Wer_counts_words_and_ideographs(string reference, string hypothesis, int substitutions, int deletions, int insertions, int length)
        => WordErrorRate.Compute(reference, hypothesis).ShouldBe(new ErrorRate(substitutions, deletions, insertions, length));

    [Fact]
    public void Rate_is_errors_over_the_reference()
    {
        new ErrorRate(1, 2, 3, 12).Rate.ShouldBe(0.5);
        new ErrorRate(0, 0, 0, 0).Rate.ShouldBe(0);
        new ErrorRate(0, 0, 5, 0).Rate.ShouldBe(1);
        (new ErrorRate(1, 0, 0, 2) + new ErrorRate(0, 1, 1, 6)).ShouldBe(new ErrorRate(1, 1, 1, 8));
    }

    [Fact]
    public void Edit_distance_is_a_distance()
        => Prop.ForAll(Generators.Texts(15).ToArbitrary(), Generators.Texts(15).ToArbitrary(), (a, b) =>
        {
            ErrorRate forth = CharacterErrorRate.Compute(a, b), back = CharacterErrorRate.Compute(b, a);
            forth.Errors.ShouldBe(back.Errors);
            (forth.ReferenceLength - forth.Deletions + forth.Insertions).ShouldBe(back.ReferenceLength);
            CharacterErrorRate.Compute(a, a).Errors.ShouldBe(0);
        }).QuickCheckThrowOnFailure();

    // Times in seconds: what one can check by hand.
    [Fact]
    public void Der_counts_each_kind_of_error()
    {
        TranscriptTurn[] reference = [Turn(0, 10, "A"), Turn(10, 20, "B")];
        TranscriptTurn[] hypothesis = [Turn(1, 12, "x"), Turn(12, 18, "y"), Turn(22, 23, "y")];
        DiarizationError error = DiarizationErrorRate.Compute(reference, hypothesis);

        error.SpeechSeconds.ShouldBe(20);
        error.MissedSeconds.ShouldBe(3); // 0-1 and 18-20
        error.FalseAlarmSeconds.ShouldBe(1); // 22-23
        error.ConfusionSeconds.ShouldBe(2); // 10-12
        error.Rate.ShouldBe(0.3);
        error.Mapping.ShouldBe(new Dictionary<string, string> { ["x"] = "A", ["y"] = "B" }, ignoreOrder: true);
    }

    [Fact]
    public void Der_counts_everybody_where_people_talk_at_once()
    {
        TranscriptTurn[] reference = [Turn(0, 10, "A"), Turn(5, 10, "B")];
        DiarizationError error = DiarizationErrorRate.Compute(reference, [Turn(0, 10, "x")]);
        error.SpeechSeconds.ShouldBe(15);
        error.MissedSeconds.ShouldBe(5);
        error.FalseAlarmSeconds.ShouldBe(0);
        error.ConfusionSeconds.ShouldBe(0);
    }

    [Fact]
    public void Der_maps_speakers_for_the_greatest_time_in_common_not_greedily()
    {
        // Greedy would take A-x (6 s) and leave B-y (0 s); A-y with B-x gives 5 + 5.
        TranscriptTurn[] reference = [Turn(0, 11, "A"), Turn(20, 25, "B")];
        TranscriptTurn[] hypothesis = [Turn(0, 6, "x"), Turn(6, 11, "y"), Turn(20, 25, "x")];
        DiarizationErrorRate.Compute(reference, hypothesis).ConfusionSeconds.ShouldBe(6);
    }

    [Theory]
    [InlineData(0, 20, 1, 2)] // 10-11 confused, 20-21 false alarm
    [InlineData(250, 19, 0.75, 1.5)] // 10.25-11 and 20.25-21 remain
    [InlineData(1000, 16, 0, 0)]
    public void Collar_removes_time_around_reference_boundaries(int collarMs, double speech, double confusion, double errors)
    {
        // Boundaries of the reference: 0, 10 and 20; the two turns of A are one.
        TranscriptTurn[] reference = [Turn(0, 5, "A"), Turn(5, 10, "A"), Turn(10, 20, "B")];
        TranscriptTurn[] hypothesis = [Turn(0, 11, "x"), Turn(11, 21, "y")];
        DiarizationError error = DiarizationErrorRate.Compute(reference, hypothesis, TimeSpan.FromMilliseconds(collarMs));
        error.SpeechSeconds.ShouldBe(speech);
        error.ConfusionSeconds.ShouldBe(confusion);
        (error.MissedSeconds + error.FalseAlarmSeconds + error.ConfusionSeconds).ShouldBe(errors);
    }

    [Fact]
    public void Der_of_nothing_is_zero_and_of_inventions_one()
    {
        DiarizationErrorRate.Compute([], []).Rate.ShouldBe(0);
        DiarizationErrorRate.Compute([], [Turn(0, 1, "x")]).Rate.ShouldBe(1);
        DiarizationErrorRate.Compute([Turn(0, 1, "A")], []).Rate.ShouldBe(1);
        Should.Throw<ArgumentOutOfRangeException>(() => DiarizationErrorRate.Compute([], [], TimeSpan.FromSeconds(-1)));
    }

    [Fact]
    public void Der_of_itself_is_zero_under_any_labels()
        => Prop.ForAll(Turns().ToArbitrary(), turns =>
        {
            List<TranscriptTurn> renamed = [.. turns.Select(turn => turn with { Speaker = "other-" + (char)('Z' - turn.Speaker[0] + 'A') })];
            DiarizationErrorRate.Compute(turns, turns).Rate.ShouldBe(0);
            DiarizationErrorRate.Compute(turns, renamed).Rate.ShouldBe(0);
            DiarizationErrorRate.Compute(turns, [.. renamed.AsEnumerable().Reverse()], TimeSpan.FromMilliseconds(250)).Rate.ShouldBe(0);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Der_does_not_depend_on_labels()
        => Prop.ForAll(Turns().ToArbitrary(), Turns().ToArbitrary(), (reference, hypothesis) =>
        {
            List<TranscriptTurn> renamed = [.. hypothesis.Select(turn => turn with { Speaker = "other-" + (char)('Z' - turn.Speaker[0] + 'A') })];
            DiarizationError first = DiarizationErrorRate.Compute(reference, hypothesis), second = DiarizationErrorRate.Compute(reference, renamed);
            second.Rate.ShouldBe(first.Rate, 1e-12);
            (first.MissedSeconds + first.ConfusionSeconds).ShouldBeLessThanOrEqualTo(first.SpeechSeconds + 1e-9);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Assignment_is_as_good_as_trying_all()
        => Prop.ForAll(Matrices().ToArbitrary(), gain =>
        {
            int[] chosen = Assignment.Maximise(gain);
            chosen.Where(column => column >= 0).ShouldBeUnique();
            chosen.Select((column, row) => column < 0 ? 0 : gain[row, column]).Sum().ShouldBe(BestByTrying(gain, 0, []));
        }).QuickCheckThrowOnFailure();

    private static long BestByTrying(long[,] gain, int row, HashSet<int> taken)
    {
        if (row == gain.GetLength(0))
            return 0;
        long best = BestByTrying(gain, row + 1, taken);
        for (int column = 0; column < gain.GetLength(1); column++)
        {
            if (!taken.Add(column))
                continue;
            best = Math.Max(best, gain[row, column] + BestByTrying(gain, row + 1, taken));
            taken.Remove(column);
        }

        return best;
    }

    private static Gen<long[,]> Matrices()
        => from rows in Gen.Choose(0, 5)
           from columns in Gen.Choose(0, 5)
           from values in Gen.Choose(0, 20).ListOf(rows * columns)
           select Fill(rows, columns, values);

    private static long[,] Fill(int rows, int columns, IList<int> values)
    {
        long[,] matrix = new long[rows, columns];
        for (int i = 0; i < values.Count; i++)
            matrix[i / columns, i % columns] = values[i];
        return matrix;
    }

    private static Gen<List<TranscriptTurn>> Turns()
        => Gen.Choose(0, 12).SelectMany(count =>
            (from start in Gen.Choose(0, 30_000)
             from length in Gen.Choose(0, 8000)
             from speaker in Gen.Elements("A", "B", "C", "D")
             select new TranscriptTurn(start, start + length, speaker)).ListOf(count)).Select(turns => turns.ToList());

    private static TranscriptTurn Turn(double start, double end, string speaker) => new((int)(start * 1000), (int)(end * 1000), speaker);
}
