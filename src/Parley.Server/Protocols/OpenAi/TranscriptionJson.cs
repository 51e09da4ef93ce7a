using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Parley.Asr;
using Parley.Server.Jobs;
using Parley.Transcripts;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>The objects of OpenAI's schema: transcription, verbose transcription, diarized transcription. Pure.</summary>
internal static class TranscriptionJson
{
    /// <summary>The object of a JSON format.</summary>
    public static void Write(Utf8JsonWriter json, JobResult result, TranscriptionFields fields)
    {
        json.WriteStartObject();
        switch (fields.Format)
        {
            case ResponseFormat.VerboseJson:
                WriteVerbose(json, result.Transcript, fields);
                break;
            case ResponseFormat.DiarizedJson:
                WriteDiarized(json, result.Transcript);
                break;
            default:
                json.WriteString("text"u8, TranscriptText.Join(result.Transcript.Sentences));
                if (fields.WithLogProbabilities)
                    LogProbabilities.Write(json, before: null, result.Transcript.Sentences);
                break;
        }

        WriteUsage(json, result.Transcript);
        json.WriteEndObject();
    }

    /// <summary>Writes the member <c>usage</c>: started seconds of audio.</summary>
    public static void WriteUsage(Utf8JsonWriter json, Transcript transcript)
    {
        json.WriteStartObject("usage"u8);
        json.WriteString("type"u8, "duration"u8);
        json.WriteNumber("seconds"u8, (long)Math.Ceiling(transcript.Duration.TotalSeconds));
        json.WriteEndObject();
    }

    /// <summary>Writes a segment with its speaker, which is an event as well.</summary>
    public static void WriteDiarizedSegment(Utf8JsonWriter json, SpokenSegment segment)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "transcript.text.segment"u8);
        json.WriteString("id"u8, $"seg_{segment.Index + 1:D3}");
        WriteTimes(json, segment.StartMs, segment.EndMs);
        json.WriteString("text"u8, segment.Text.TrimStart());
        json.WriteString("speaker"u8, segment.Speaker ?? SpeakerLetters.Of(0));
        json.WriteEndObject();
    }

    private static void WriteVerbose(Utf8JsonWriter json, Transcript transcript, TranscriptionFields fields)
    {
        json.WriteString("task"u8, "transcribe"u8);
        json.WriteString("language"u8, SpokenLanguage.Of(transcript, fields.Language));
        WriteDuration(json, transcript);
        json.WriteString("text"u8, TranscriptText.Join(transcript.Sentences));
        if (fields.WithWords)
            WriteWords(json, transcript);
        if (!fields.WithSegments)
            return;
        json.WriteStartArray("segments"u8);
        foreach (SpokenSegment segment in SpokenSegment.Of(transcript))
            WriteSegment(json, segment, fields);
        json.WriteEndArray();
    }

    private static void WriteDiarized(Utf8JsonWriter json, Transcript transcript)
    {
        json.WriteString("task"u8, "transcribe"u8);
        WriteDuration(json, transcript);
        json.WriteString("text"u8, TranscriptText.Join(transcript.Sentences));
        json.WriteStartArray("segments"u8);
        foreach (SpokenSegment segment in SpokenSegment.Of(transcript))
            WriteDiarizedSegment(json, segment);
        json.WriteEndArray();
    }

    private static void WriteSegment(Utf8JsonWriter json, SpokenSegment segment, TranscriptionFields fields)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, segment.Index);
        json.WriteNumber("seek"u8, segment.StartMs / 10); // frames of 10 ms
        WriteTimes(json, segment.StartMs, segment.EndMs);
        json.WriteString("text"u8, segment.Text);
        json.WriteStartArray("tokens"u8); // numbers of another model's vocabulary
        json.WriteEndArray();
        json.WriteNumber("temperature"u8, fields.Temperature);
        json.WriteNumber("avg_logprob"u8, LogProbabilities.Mean(segment.Words));
        json.WriteNumber("compression_ratio"u8, CompressionRatio(segment.Text));
        json.WriteNumber("no_speech_prob"u8, 0); // silence is cut away before recognition
        if (fields.Diarize && segment.Speaker is not null)
            json.WriteString("speaker"u8, segment.Speaker);
        json.WriteEndObject();
    }

    private static void WriteWords(Utf8JsonWriter json, Transcript transcript)
    {
        json.WriteStartArray("words"u8);
        foreach (Word word in transcript.Sentences.SelectMany(sentence => sentence.Words))
        {
            json.WriteStartObject();
            json.WriteString("word"u8, word.Text);
            WriteTimes(json, word.StartMs, word.EndMs);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTimes(Utf8JsonWriter json, int startMs, int endMs)
    {
        json.WriteNumber("start"u8, startMs / 1000.0);
        json.WriteNumber("end"u8, endMs / 1000.0);
    }

    private static void WriteDuration(Utf8JsonWriter json, Transcript transcript)
        => json.WriteNumber("duration"u8, Math.Round(transcript.Duration.TotalSeconds, 3));

    // As Whisper defines it: bytes of the text for each byte of its zlib form; a high one means that the text repeats itself.
    private static double CompressionRatio(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        using MemoryStream packed = new();
        using (ZLibStream zip = new(packed, CompressionLevel.Optimal, leaveOpen: true))
            zip.Write(bytes);
        return bytes.Length == 0 ? 0 : Math.Round(bytes.Length / (double)packed.Length, 4);
    }
}
