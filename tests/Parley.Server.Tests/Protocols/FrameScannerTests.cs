using System.Text;
using System.Text.Json;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Protocols.WebSockets;

namespace Parley.Server.Tests.Protocols;

public sealed class FrameScannerTests
{
    private static readonly byte[] File = [.. Enumerable.Range(0, 3000).Select(value => (byte)(value * 7))];

    public static TheoryData<string> Frames =>
    [
        """{"type":"ping","data":{},"timestamp":"2025-10-11T09:30:12.418207"}""",
        $$"""{"type":"upload_data","data":{"task_id":"t","file_data":"{{Convert.ToBase64String(File)}}"},"timestamp":null}""",
        $$$"""{"data":{"file_data":"{{{Convert.ToBase64String(File)}}}","x":[{"file_data":"kept"},"\"\\"],"task_id":"t"},"type":"upload_data"}""",
        """ { "type" : "upload_chunk" , "data" : { "chunk_data" : "QUJD" , "chunk_index" : 1e3 } } """,
        """{"t\u0079pe":"upload_\u0064ata","d\u0061ta":{"task_id":"\u0031","file\u005fdata":"QU\u004aD\/\u002b8="}}""",
        """{"type":"upload_data","data":{"file_data":"QUJD","file_data":"REVG"},"data":{"file_data":"R0hJ"}}""",
        """{"type":"x","data":["file_data","QUJD"],"file_data":"QUJD","other":{"file_data":"QUJD"}}""",
        """{"type":"upload_data","data":{"file_data":12,"chunk_data":null,"x":{"chunk_data":"QUJD"}}}""",
        """[{"data":{"file_data":"QUJD"}}]""",
        """{"type":"upload_data","data":{"file_data":"中文 \ud83d\ude00 \n"}}""",
    ];

    [Theory]
    [MemberData(nameof(Frames))]
    public void Any_cut_of_a_frame_reads_the_same(string frame)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(frame);
        Scan whole = Scan.Of([bytes]);
        Random random = new(frame.Length);
        IEnumerable<byte[][]> cuts = Enumerable.Range(0, 40).Select(i => Cut(bytes, random, 1 + (i * 3))).Append([.. bytes.Select(value => new[] { value })]);

        foreach (byte[][] cut in cuts)
            Scan.Of(cut).ShouldBe(whole);
        whole.Fault.ShouldBe(FrameFault.None);
        JsonDocument.Parse(Encoding.Latin1.GetBytes(whole.Copy)).Dispose();
    }

    [Fact]
    public void Payloads_are_taken_out_and_all_else_stays()
    {
        Scan scan = Scan.Of([Encoding.UTF8.GetBytes("""{"d\u0061ta":{"task_id":"7","file_data":"QU\u004aD\/\u002b8=","n":1},"type":"upload_data"}""")]);

        scan.Copy.ShouldBe("""{"d\u0061ta":{"task_id":"7","file_data":"","n":1},"type":"upload_data"}""");
        scan.Payloads.ShouldBe("FileData after type=, task=7: QUJD/+8=;");
    }

    [Fact]
    public void The_last_of_several_payloads_counts()
        => Scan.Of([Encoding.UTF8.GetBytes("""{"type":"upload_chunk","data":{"chunk_data":"a","chunk_data":"b"}}""")])
            .Payloads.ShouldBe("ChunkData after type=upload_chunk, task=: a;ChunkData after type=upload_chunk, task=: b;");

    [Theory]
    [InlineData("""{"type":"upload_data","data":{"file_data":"QUJD""")]
    [InlineData("""{"type":"upload_data","data":{"file_data":"QU\xJD"}}""")]
    [InlineData("""{"type":"upload_data","data":{"file_data":"QU\u00gJD"}}""")]
    [InlineData("{\"type\":\"upload_data\",\"data\":{\"file_data\":\"QU\nJD\"}}")]
    [InlineData("{\"type\":\"a\0b\"}")]
    [InlineData("}")]
    [InlineData("""{"type":"ping" """)]
    public void Broken_frames_are_malformed(string frame) => Scan.Of([Encoding.UTF8.GetBytes(frame)]).Fault.ShouldBe(FrameFault.Malformed);

    [Fact]
    public void Deep_nesting_is_refused_at_the_limit()
    {
        Scan.Of([Encoding.UTF8.GetBytes(new string('[', FrameScanner.MaxDepth) + new string(']', FrameScanner.MaxDepth))]).Fault.ShouldBe(FrameFault.None);
        Scan.Of([Encoding.UTF8.GetBytes(new string('[', 1_000_000))]).Fault.ShouldBe(FrameFault.TooDeep);
    }

    [Fact]
    public void What_is_no_payload_is_held_up_to_a_limit()
    {
        byte[] frame = Encoding.UTF8.GetBytes($$$"""{"type":"ping","data":{"x":"{{{new string('x', FrameScanner.MaxCopy)}}}"}}""");

        Scan.Of([frame]).Fault.ShouldBe(FrameFault.TooLarge);
        Scan.Of([frame]).Copy.Length.ShouldBeLessThanOrEqualTo(FrameScanner.MaxCopy);
    }

    [Fact]
    public void Random_bytes_never_break_the_scanner()
    {
        Random random = new(5);
        byte[] alphabet = "{}[]\":,\\u0041 datafile_type\n\0\xff"u8.ToArray();
        for (int round = 0; round < 3000; round++)
        {
            byte[] frame = [.. Enumerable.Range(0, random.Next(1, 200)).Select(_ => alphabet[random.Next(alphabet.Length)])];
            Scan.Of(Cut(frame, random, 20)).ShouldBe(Scan.Of([frame]));
        }
    }

    [Fact]
    public void Base64_of_any_length_and_cut_decodes()
    {
        Random random = new(6);
        for (int length = 0; length < 300; length++)
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            Decode(Cut(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes)), random, 9)).ShouldBe(bytes);
        }
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AA")]
    [InlineData("AAA")]
    [InlineData("AA=")]
    [InlineData("AAAA=")]
    [InlineData("AAA==")]
    [InlineData("====")]
    [InlineData("AA==AA==")]
    [InlineData("AAA=A")]
    [InlineData("AA AA")]
    [InlineData("AAA\n")]
    [InlineData("AA-_")]
    [InlineData("\u00ff\u00ff")]
    public void What_is_no_standard_base64_is_invalid(string text) => Decode([Encoding.UTF8.GetBytes(text)]).ShouldBeNull();

    private static byte[][] Cut(byte[] bytes, Random random, int most)
    {
        List<byte[]> pieces = [];
        for (int at = 0; at < bytes.Length;)
        {
            int length = Math.Min(random.Next(1, most + 1), bytes.Length - at);
            pieces.Add(bytes[at..(at + length)]);
            at += length;
        }

        return [.. pieces];
    }

    private static byte[]? Decode(byte[][] pieces)
    {
        Base64Stream stream = new();
        using MemoryStream decoded = new();
        foreach (byte[] piece in pieces)
        {
            byte[] bytes = new byte[Base64Stream.MaxDecoded(piece.Length)];
            decoded.Write(bytes, 0, stream.Decode(piece, bytes));
        }

        byte[] last = new byte[3];
        decoded.Write(last, 0, stream.Complete(last));
        return stream.IsInvalid ? null : decoded.ToArray();
    }

    /// <summary>What a scanner says about a frame.</summary>
    private sealed record Scan(FrameFault Fault, string Copy, string Payloads)
    {
        public static Scan Of(byte[][] pieces)
        {
            Recorder recorder = new();
            FrameScanner scanner = new(recorder);
            foreach (byte[] piece in pieces)
                scanner.Read(piece);
            scanner.Complete();
            return scanner.Fault == FrameFault.None
                ? new Scan(FrameFault.None, Encoding.Latin1.GetString(scanner.Copy), recorder.Text.ToString())
                : new Scan(scanner.Fault, string.Empty, string.Empty);
        }
    }

    private sealed class Recorder : IPayloadReceiver
    {
        public StringBuilder Text { get; } = new();

        public void Begin(PayloadField field, string? type, string? taskId) => Text.Append($"{field} after type={type}, task={taskId}: ");

        public void Append(ReadOnlySpan<byte> characters) => Text.Append(Encoding.Latin1.GetString(characters));

        public void End() => Text.Append(';');

        public void Abandon() => Text.Append('!');
    }
}
