using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Parley.Transcripts;

namespace Parley.Server.Storage;

/// <summary>A transcript as bytes: JSON in gzip, whose checksum finds damage.</summary>
internal static class TranscriptCodec
{
    // Twelve hours of talk with the times of all words are some 30 MB; beyond this it is no transcript of ours.
    private const int MaxJsonBytes = 512 * 1024 * 1024;

    public static byte[] Encode(Transcript transcript)
    {
        using MemoryStream bytes = new();
        using (GZipStream zip = new(bytes, CompressionLevel.Fastest, leaveOpen: true))
            JsonSerializer.Serialize(zip, transcript, TranscriptStorageContext.Default.Transcript);
        return bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are no transcript.</exception>
    public static Transcript Decode(byte[] bytes)
    {
        try
        {
            using MemoryStream packed = new(bytes);
            using GZipStream zip = new(packed, CompressionMode.Decompress);
            using MemoryStream json = Unpack(zip);
            Transcript transcript = JsonSerializer.Deserialize(json.GetBuffer().AsSpan(0, (int)json.Length), TranscriptStorageContext.Default.Transcript)
                ?? throw new InvalidDataException("The stored transcript is null.");
            return IsWhole(transcript) ? transcript : throw new InvalidDataException("The stored transcript lacks parts.");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new InvalidDataException($"The stored transcript cannot be read: {error.Message}", error);
        }
    }

    private static MemoryStream Unpack(GZipStream zip)
    {
        MemoryStream json = new();
        byte[] part = new byte[64 * 1024];
        for (int count = zip.Read(part); count > 0; count = zip.Read(part))
        {
            if (json.Length + count > MaxJsonBytes)
                throw new InvalidDataException($"The stored transcript is larger than {MaxJsonBytes} bytes.");
            json.Write(part, 0, count);
        }

        return json;
    }

    // JSON may hold null where the types say it cannot.
    private static bool IsWhole(Transcript transcript)
        => transcript is { Sentences: not null, Speakers: not null, Turns: not null, Receipt: { Stages: not null, Notices: not null, Bundle: not null } }
            && transcript.Receipt.Hotwords.All(hotword => hotword is { Word: not null })
            && transcript.Sentences.All(sentence => sentence is { Text: not null, Words: not null } && sentence.Words.All(word => word is { Text: not null }))
            && transcript.Speakers.All(speaker => speaker is not null)
            && transcript.Turns.All(turn => turn is { Speaker: not null })
            && transcript.Receipt.Stages.All(stage => stage is { Stage: not null });
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(Transcript))]
internal sealed partial class TranscriptStorageContext : JsonSerializerContext;
