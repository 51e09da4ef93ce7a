using Parley.Transcripts;
using Parley.Transcripts.Metrics;

namespace Parley.Tests.Transcripts;

public sealed class RttmReaderTests
{
    [Fact]
    public void Read_takes_speaker_lines_and_skips_the_rest()
        => Read(";; comment\nSPKR-INFO a 1 <NA> <NA> <NA> unknown A <NA>\n\r\nSPEAKER a 1 0.11 2.89 <NA> <NA> A <NA> <NA>\r\nSPEAKER\tb 1\t1e1 .5 <NA> <NA> B")
            .ShouldBe([new RttmTurn("a", new TranscriptTurn(110, 3000, "A")), new RttmTurn("b", new TranscriptTurn(10_000, 10_500, "B"))]);

    [Theory]
    [InlineData("\nSPEAKER a 1 0.1 2", "x.rttm, line 2", "5 fields")]
    [InlineData("SPEAKER a 1 zero 2 <NA> <NA> A", "line 1", "start in seconds", "'zero'")]
    [InlineData("SPEAKER a 1 0 -2 <NA> <NA> A", "line 1", "duration in seconds", "'-2'")]
    [InlineData("SPEAKER a 1 NaN 2 <NA> <NA> A", "line 1", "'NaN'")]
    [InlineData("SPEAKER a 1 1e99 2 <NA> <NA> A", "line 1", "'1e99'")]
    [InlineData("SPEAKER a 1 2147483 2147483 <NA> <NA> A", "line 1", "ends beyond")]
    public void Broken_line_is_named(string text, params string[] parts)
    {
        string message = Should.Throw<InvalidDataException>(() => Read(text)).Message;
        foreach (string part in parts)
            message.ShouldContain(part);
    }

    [Fact]
    public void Endless_line_is_refused()
        => Should.Throw<InvalidDataException>(() => Read(new string('x', RttmReader.MaxLineLength + 1))).Message.ShouldContain("no RTTM");

    [Fact]
    public void Endless_file_is_refused()
        => Should.Throw<InvalidDataException>(() => RttmReader.Read(new EndlessTurns(), "x.rttm")).Message.ShouldContain($"more than {RttmReader.MaxTurns} turns");

    private static IReadOnlyList<RttmTurn> Read(string text) => RttmReader.Read(new StringReader(text), "x.rttm");

    private sealed class EndlessTurns : TextReader
    {
        private const string Line = "SPEAKER a 1 0 1 - - A\n";
        private int _next;

        public override int Read() => Line[_next++ % Line.Length];
    }
}
