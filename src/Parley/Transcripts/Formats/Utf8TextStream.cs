using System.Buffers;
using System.Text;

namespace Parley.Transcripts.Formats;

/// <summary>Takes UTF-8 and hands it on as text, piece by piece: a long transcript never stands in memory as a whole. Not safe for concurrent use.</summary>
internal sealed class Utf8TextStream(TextWriter output) : Stream
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        // A byte gives at most one character, and half a character may be left from the call before.
        char[] characters = ArrayPool<char>.Shared.Rent(buffer.Length + 1);
        int count = _decoder.GetChars(buffer, characters, flush: false);
        output.Write(characters, 0, count);
        ArrayPool<char>.Shared.Return(characters);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
