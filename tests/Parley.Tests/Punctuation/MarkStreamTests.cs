using Parley.Punctuation;

namespace Parley.Tests.Punctuation;

public sealed class MarkStreamTests
{
    [Theory]
    [InlineData(7, 1)]
    [InlineData(20, 20)]
    [InlineData(61, 20)]
    [InlineData(400, 33)]
    [InlineData(1200, 19)]
    [InlineData(5, 400)]
    public void A_text_in_pieces_gets_the_calls_and_marks_of_the_whole_text(int tokens, int piece)
    {
        List<(int, int)> wholeCalls = [], calls = [];
        DecodedMarks whole = MarkDecoder.Decode(tokens, new PunctuationOptions(), (first, marks) => Classify(wholeCalls, first, marks), default);
        MarkStream stream = new(new PunctuationOptions(), (first, marks) => Classify(calls, first, marks));

        for (int known = 0; known < tokens; known += piece)
        {
            int settled = stream.Settled;
            stream.Advance(Math.Min(known + piece, tokens), isWhole: false, default);
            stream.Settled.ShouldBeGreaterThanOrEqualTo(settled);
            stream.Marks.ToArray().ShouldBe(whole.Marks[..stream.Settled]); // settled for good
        }

        stream.Settled.ShouldBeLessThan(tokens); // the last token waits for the end
        stream.Advance(tokens, isWhole: true, default);

        stream.Marks.ToArray().ShouldBe(whole.Marks);
        stream.BlockStarts.ShouldBe(whole.BlockStarts);
        calls.ShouldBe(wholeCalls);
    }

    // Marks that depend on the token and on what the call sees of the text behind it.
    private static void Classify(List<(int, int)> calls, int first, Span<int> marks)
    {
        calls.Add((first, marks.Length));
        for (int i = 0; i < marks.Length; i++)
        {
            int token = first + i;
            bool isSure = marks.Length - i > 3;
            marks[i] = (token * 7919 % 23) switch
            {
                0 when token < 700 => isSure ? MarkClasses.Period : MarkClasses.None,
                1 or 2 => MarkClasses.Comma,
                _ => MarkClasses.None,
            };
        }
    }
}
