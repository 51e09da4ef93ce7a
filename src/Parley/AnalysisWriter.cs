using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Parley.Asr;
using Parley.Punctuation;
using Parley.Speakers;
using Parley.Transcripts;

namespace Parley;

/// <summary>Writes the form that <see cref="AnalysisFormat"/> describes.</summary>
internal static class AnalysisWriter
{
    private const int FloatsAtOnce = 16 << 10;

    public static void Write(RecordingAnalysis analysis, Stream stream)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (HashedOutput hashed = new(stream, hash))
        using (BufferedStream buffered = new(hashed, 64 << 10))
        using (BinaryWriter output = new(buffered, Encoding.UTF8))
        {
            output.Write(AnalysisFormat.Magic);
            output.Write(AnalysisFormat.Version);
            WriteHead(output, analysis);
            WriteSentences(output, analysis.Sentences);
            output.Write(analysis.Voices is not null);
            if (analysis.Voices is { } voices)
                WriteVoices(output, voices);
        }

        stream.Write(hash.GetHashAndReset());
    }

    private static void WriteHead(BinaryWriter output, RecordingAnalysis analysis)
    {
        output.Write(analysis.Bundle);
        output.Write(analysis.Duration.Ticks);
        output.Write(analysis.WallSeconds);
        output.Write7BitEncodedInt(analysis.Stages.Count);
        foreach (StageReceipt stage in analysis.Stages)
        {
            output.Write(stage.Stage);
            output.Write(stage.Model ?? "");
            output.Write(stage.Device ?? "");
            output.Write(stage.Seconds);
        }

        output.Write7BitEncodedInt(analysis.Notices.Count);
        foreach (string notice in analysis.Notices)
            output.Write(notice);
        output.Write7BitEncodedInt(analysis.Hotwords.Count);
        foreach (HotwordOutcome hotword in analysis.Hotwords)
        {
            output.Write(hotword.Word);
            output.Write(hotword.Reason ?? "");
        }
    }

    // The texts of sentences are made of their words, and are made anew when they are read.
    private static void WriteSentences(BinaryWriter output, IReadOnlyList<Sentence> sentences)
    {
        int lastStartMs = 0;
        output.Write7BitEncodedInt(sentences.Count);
        foreach (Sentence sentence in sentences)
        {
            output.Write((byte)sentence.Mark);
            WriteTags(output, sentence.Tags);
            output.Write7BitEncodedInt(sentence.Words.Count);
            foreach (Word word in sentence.Words)
            {
                output.Write(word.Text);
                output.Write7BitEncodedInt(word.StartMs - lastStartMs);
                output.Write7BitEncodedInt(word.EndMs - word.StartMs);
                output.Write(word.Confidence);
                lastStartMs = word.StartMs;
            }
        }
    }

    private static void WriteTags(BinaryWriter output, SpeechTags? tags)
    {
        output.Write(tags is not null);
        if (tags is null)
            return;
        output.Write(tags.Language ?? "");
        output.Write(tags.Emotion ?? "");
        output.Write7BitEncodedInt(tags.Events.Count);
        foreach (string sound in tags.Events)
            output.Write(sound);
    }

    private static void WriteVoices(BinaryWriter output, VoiceEmbeddings voices)
    {
        output.Write7BitEncodedInt(voices.Dim);
        output.Write7BitEncodedInt(voices.Windows.Count);
        foreach (SpeakerWindow window in voices.Windows)
        {
            output.Write7BitEncodedInt(window.SegmentStartMs);
            output.Write7BitEncodedInt(window.Offset);
            output.Write7BitEncodedInt(window.Length);
        }

        ReadOnlySpan<float> values = voices.Values.Span;
        if (BitConverter.IsLittleEndian)
        {
            output.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        byte[] bytes = new byte[FloatsAtOnce * sizeof(float)];
        for (int start = 0; start < values.Length; start += FloatsAtOnce)
        {
            ReadOnlySpan<float> part = values.Slice(start, Math.Min(FloatsAtOnce, values.Length - start));
            for (int i = 0; i < part.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), part[i]);
            output.Write(bytes.AsSpan(0, part.Length * sizeof(float)));
        }
    }

    /// <summary>Passes bytes on to a stream and to a hash; leaves both open.</summary>
    private sealed class HashedOutput(Stream inner, IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.AppendData(buffer);
            inner.Write(buffer);
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
