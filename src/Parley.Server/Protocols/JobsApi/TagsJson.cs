using System.Text.Json;
using Parley.Asr;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>What a recogniser heard besides the words, as members of a sentence; none where it tells nothing but words. Pure.</summary>
internal static class TagsJson
{
    /// <summary>The members language, emotion and events.</summary>
    public static void Write(Utf8JsonWriter json, SpeechTags? tags)
    {
        if (tags is null)
            return;
        json.WriteString("language"u8, tags.Language);
        json.WriteString("emotion"u8, tags.Emotion);
        json.WriteStartArray("events"u8);
        foreach (string sound in tags.Events)
            json.WriteStringValue(sound);
        json.WriteEndArray();
    }
}
