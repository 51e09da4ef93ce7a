using System.Globalization;
using System.Text.Json;
using Parley.Asr;
using Parley.Transcripts;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>Text that has been settled while a job runs, as JSON: sentences without speakers. Pure.</summary>
internal static class SaidJson
{
    /// <summary>The object {"sentences": […]}.</summary>
    /// <param name="json">Receives the object.</param>
    /// <param name="sentences">All that has been settled.</param>
    /// <param name="first">The first that is written; ids are places among all.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<TranscriptSentence> sentences, int first)
    {
        json.WriteStartObject();
        json.WriteStartArray("sentences"u8);
        for (int i = first; i < sentences.Count; i++)
            WriteSentence(json, i, sentences[i]);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSentence(Utf8JsonWriter json, int index, TranscriptSentence sentence)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, index.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("start"u8, sentence.StartMs / 1000.0);
        json.WriteNumber("end"u8, sentence.EndMs / 1000.0);
        json.WriteNull("speaker"u8);
        json.WriteString("text"u8, sentence.Text);
        json.WriteBoolean("edited"u8, false);
        TagsJson.Write(json, sentence.Tags);
        json.WriteStartArray("words"u8);
        foreach (Word word in sentence.Words)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, word.Text);
            json.WriteNumber("start"u8, word.StartMs / 1000.0);
            json.WriteNumber("end"u8, word.EndMs / 1000.0);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
