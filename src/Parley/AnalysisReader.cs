using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Parley.Asr;
using Parley.Punctuation;
using Parley.Speakers;
using Parley.Transcripts;

namespace Parley;

/// <summary>
/// Reads the form that <see cref="AnalysisFormat"/> describes, from anybody: a count is never believed before its items are there, so lists
/// grow with the bytes that come, and nothing is handed out before the checksum agrees. For one stream, one use.
/// </summary>
internal sealed class AnalysisReader(Stream stream) : IDisposable
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[64 << 10];
    private readonly byte[] _text = new byte[AnalysisFormat.MaxTextBytes];
    private int _position, _filled;

    public RecordingAnalysis Read()
    {
        ReadMagic();
        string bundle = Text();
        TimeSpan duration = Ticks();
        double wallSeconds = Seconds();
        List<StageReceipt> stages = List(() => new StageReceipt(Text(), TextOrNull(), TextOrNull(), Seconds()));
        List<string> notices = List(Text);
        List<HotwordOutcome> hotwords = List(() => new HotwordOutcome(Text(), TextOrNull()));
        IReadOnlyList<Sentence> sentences = Sentences();
        VoiceEmbeddings? voices = Flag("voices") ? Voices() : null;
        CheckEnd();
        return new RecordingAnalysis
        {
            Bundle = bundle,
            Duration = duration,
            Sentences = sentences,
            Voices = voices,
            Stages = stages,
            WallSeconds = wallSeconds,
            Notices = notices,
            Hotwords = hotwords,
        };
    }

    public void Dispose() => _hash.Dispose();

    private void ReadMagic()
    {
        Span<byte> magic = stackalloc byte[AnalysisFormat.Magic.Length];
        Bytes(magic);
        if (!magic.SequenceEqual(AnalysisFormat.Magic))
            throw new InvalidDataException("This is no saved analysis: it begins with other bytes. Analyse the recording again.");
        if (Byte() is var version && version != AnalysisFormat.Version)
            throw new InvalidDataException($"The saved analysis has version {version}, this program reads version {AnalysisFormat.Version}. Analyse the recording again.");
    }

    private List<Sentence> Sentences()
    {
        int startMs = 0;
        return List(() =>
        {
            PunctuationMark mark = (PunctuationMark)Byte();
            SpeechTags? tags = Flag("tags") ? new SpeechTags { Language = TextOrNull(), Emotion = TextOrNull(), Events = List(Text) } : null;
            List<Word> words = List(() => Word(ref startMs));
            if (!Enum.IsDefined(mark) || words.Count == 0)
                throw Bad($"a sentence has mark {(int)mark} and {words.Count} words");
            return SentenceBuilder.Close(words, mark) with { Tags = tags };
        });
    }

    private Word Word(ref int startMs)
    {
        string text = Text();
        long start = (long)startMs + Int32(), end = start + Int32();
        if (start is < 0 or > int.MaxValue || end < start || end > int.MaxValue)
            throw Bad($"a word lasts from {start} to {end} ms");
        startMs = (int)start;
        return new Word(text, startMs, (int)end, Float32());
    }

    private VoiceEmbeddings Voices()
    {
        int dim = Int32();
        if (dim is < 1 or > AnalysisFormat.MaxDim)
            throw Bad($"embeddings of {dim} values");
        List<SpeakerWindow> windows = List(Window);
        if ((long)windows.Count * dim > Array.MaxLength)
            throw Bad($"{windows.Count} embeddings of {dim} values");

        // Windows have come, three bytes each at least; their embeddings are 256 times as long at most, and are taken as they come.
        List<float> values = [];
        for (int row = 0; row < windows.Count; row++)
        {
            CollectionsMarshal.SetCount(values, values.Count + dim);
            Floats(CollectionsMarshal.AsSpan(values)[^dim..]);
        }

        return new VoiceEmbeddings(windows, values.ToArray(), dim);
    }

    private SpeakerWindow Window()
    {
        SpeakerWindow window = new(Int32(), Int32(), Int32());
        if (window.SegmentStartMs < 0 || window.Offset < 0 || window.Length is < 0 or > SpeakerWindow.FullLength)
            throw Bad($"a window of {window.Length} samples at {window.SegmentStartMs} ms and {window.Offset} samples");
        return window;
    }

    private void Floats(Span<float> values)
    {
        Bytes(MemoryMarshal.AsBytes(values));
        foreach (ref float value in values)
        {
            if (!BitConverter.IsLittleEndian)
                value = BitConverter.Int32BitsToSingle(BinaryPrimitives.ReverseEndianness(BitConverter.SingleToInt32Bits(value)));
            if (!float.IsFinite(value))
                throw Bad("an embedding is not finite");
        }
    }

    private List<T> List<T>(Func<T> item)
    {
        List<T> list = [];
        for (int left = Count(); left > 0; left--)
            list.Add(item());
        return list;
    }

    private int Count()
    {
        int count = Int32();
        return count >= 0 ? count : throw Bad($"a list of {count} items");
    }

    private bool Flag(string what) => Byte() switch
    {
        0 => false,
        1 => true,
        byte other => throw Bad($"{other} does not say whether {what} follow"),
    };

    private TimeSpan Ticks()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        Bytes(bytes);
        long ticks = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        return ticks >= 0 ? TimeSpan.FromTicks(ticks) : throw Bad($"a duration of {ticks} ticks");
    }

    private double Seconds()
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        Bytes(bytes);
        double seconds = BinaryPrimitives.ReadDoubleLittleEndian(bytes);
        return double.IsFinite(seconds) && seconds >= 0 ? seconds : throw Bad($"a stage took {seconds} s");
    }

    private float Float32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        Bytes(bytes);
        return BinaryPrimitives.ReadSingleLittleEndian(bytes);
    }

    private int Int32()
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte next = Byte();
            if (shift == 28 && next > 0x0F)
                break;
            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
                return (int)value;
        }

        throw Bad("a number has more than 32 bits");
    }

    private string? TextOrNull() => Text() is { Length: > 0 } text ? text : null;

    private string Text()
    {
        int length = Int32();
        if (length is < 0 or > AnalysisFormat.MaxTextBytes)
            throw Bad($"a text of {length} bytes");
        Bytes(_text.AsSpan(0, length));
        try
        {
            return StrictUtf8.GetString(_text, 0, length);
        }
        catch (DecoderFallbackException error)
        {
            throw new InvalidDataException("The saved analysis is damaged: a text is not UTF-8. Analyse the recording again.", error);
        }
    }

    private byte Byte()
    {
        if (_position == _filled)
            Fill();
        return _buffer[_position++];
    }

    private void Bytes(Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            if (_position == _filled)
                Fill();
            int count = Math.Min(destination.Length, _filled - _position);
            _buffer.AsSpan(_position, count).CopyTo(destination);
            _position += count;
            destination = destination[count..];
        }
    }

    // What was in the buffer has been read: it belongs to the body and so into the checksum.
    private void Fill()
    {
        _hash.AppendData(_buffer, 0, _filled);
        _position = 0;
        _filled = stream.Read(_buffer);
        if (_filled == 0)
            throw Bad("it ends too early");
    }

    private void CheckEnd()
    {
        _hash.AppendData(_buffer, 0, _position);
        byte[] expected = _hash.GetHashAndReset();
        Span<byte> found = stackalloc byte[AnalysisFormat.ChecksumBytes];
        Bytes(found);
        if (!found.SequenceEqual(expected))
            throw Bad("its checksum does not agree");
        if (_position < _filled || stream.Read(_buffer) > 0)
            throw Bad("it goes on behind its end");
    }

    private static InvalidDataException Bad(string what) => new($"The saved analysis is damaged: {what}. Analyse the recording again.");
}
