using Parley.Punctuation;

namespace Parley.Tests.Punctuation;

public sealed class MarkDecoderTests
{
    private static readonly PunctuationOptions Reference = new() { Compatibility = PunctuationCompatibility.FunAsr143 };

    [Fact]
    public void Decode_bounds_the_context_of_a_text_without_marks()
    {
        List<(int First, int Count)> calls = [];
        DecodedMarks decoded = MarkDecoder.Decode(5000, new PunctuationOptions(), (first, marks) => Answer(calls, first, marks, MarkClasses.None), default);

        decoded.Marks.ShouldAllBe(mark => mark == MarkClasses.None);
        decoded.Marks.Length.ShouldBe(5000);
        calls.Max(call => call.Count).ShouldBeInRange(400, 512);
        calls.Sum(call => call.Count).ShouldBeLessThan(100_000); // the reference: 630,000
    }

    [Fact]
    public void Decode_never_bounds_the_context_in_compatible_modes()
    {
        List<(int First, int Count)> calls = [];
        MarkDecoder.Decode(1000, Reference, (first, marks) => Answer(calls, first, marks, MarkClasses.None), default);
        calls[^1].ShouldBe((0, 1000));
    }

    [Fact]
    public void Decode_takes_the_unknown_class_for_no_mark_unless_compatible()
    {
        MarkDecoder.Decode(3, new PunctuationOptions(), (_, marks) => marks.Clear(), default).Marks.ShouldBe([1, 1, 1]);
        MarkDecoder.Decode(3, Reference, (_, marks) => marks.Clear(), default).Marks.ShouldBe([0, 0, 0]);
    }

    [Fact]
    public void Decode_closes_a_long_context_at_its_last_comma()
    {
        List<(int First, int Count)> calls = [];
        DecodedMarks decoded = MarkDecoder.Decode(240, new PunctuationOptions(), (first, marks) =>
        {
            Answer(calls, first, marks, MarkClasses.None);
            if (first == 0 && marks.Length > 100)
                marks[100] = MarkClasses.Comma;
        }, default);

        decoded.Marks[100].ShouldBe(MarkClasses.Period);
        decoded.BlockStarts.ShouldBe([0, 101]);
        calls[^1].ShouldBe((101, 139));
    }

    [Fact]
    public void Decode_stops_between_calls_when_cancelled()
    {
        using CancellationTokenSource source = new();
        int calls = 0;
        Should.Throw<OperationCanceledException>(() => MarkDecoder.Decode(100, new PunctuationOptions(), (_, marks) =>
        {
            marks.Fill(MarkClasses.None);
            calls++;
            source.Cancel();
        }, source.Token));
        calls.ShouldBe(1);
    }

    private static void Answer(List<(int First, int Count)> calls, int first, Span<int> marks, int mark)
    {
        calls.Add((first, marks.Length));
        marks.Fill(mark);
    }
}
