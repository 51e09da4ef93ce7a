using System.Text.Json;
using Parley.Asr;
using Parley.Server.Jobs;
using Parley.Transcripts.Edits;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>Transcripts and edits as JSON. Pure.</summary>
internal static class TranscriptJson
{
    /// <summary>The object of a transcript.</summary>
    public static void Write(Utf8JsonWriter json, JobTranscript transcript)
    {
        json.WriteStartObject();
        json.WriteString("job"u8, transcript.Machine.JobId);
        json.WriteString("file_name"u8, transcript.Machine.FileName);
        json.WriteNumber("revision"u8, transcript.Revision);
        JobJson.WriteNumber(json, "duration", transcript.Edited.Duration.TotalSeconds);
        json.WriteString("language"u8, transcript.Machine.Options.Language);
        WriteSpeakers(json, transcript.Edited);
        json.WriteStartArray("sentences"u8);
        foreach (EditedSentence sentence in transcript.Edited.Sentences)
            WriteSentence(json, sentence);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The object that lists edits.</summary>
    public static void Write(Utf8JsonWriter json, int revision, IReadOnlyList<JobEdit> edits)
    {
        json.WriteStartObject();
        json.WriteNumber("revision"u8, revision);
        json.WriteStartArray("operations"u8);
        foreach (JobEdit edit in edits)
        {
            using JsonDocument operations = JsonDocument.Parse(EditJson.Write(edit.Operations));
            foreach (JsonElement operation in operations.RootElement.EnumerateArray())
            {
                json.WriteStartObject();
                foreach (JsonProperty member in operation.EnumerateObject())
                    member.WriteTo(json);
                json.WriteNumber("revision"u8, edit.Revision);
                JobJson.WriteTime(json, "at", edit.At);
                json.WriteString("user"u8, edit.User);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSpeakers(Utf8JsonWriter json, EditedTranscript edited)
    {
        IReadOnlyDictionary<string, long> talk = edited.TalkMs();
        long all = talk.Values.Sum();
        json.WriteStartArray("speakers"u8);
        foreach (EditedSpeaker speaker in edited.Speakers)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, speaker.Id);
            json.WriteString("label"u8, speaker.Label);
            json.WriteString("name"u8, speaker.Name);
            JobJson.WriteNumber(json, "talk_seconds", talk[speaker.Id] / 1000.0);
            json.WriteNumber("share"u8, all == 0 ? 0 : Math.Round(talk[speaker.Id] / (double)all, 4));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSentence(Utf8JsonWriter json, EditedSentence sentence)
    {
        IReadOnlyList<string> pieces = WordPieces.Of(sentence.Text, sentence.Words);
        json.WriteStartObject();
        json.WriteString("id"u8, sentence.Id);
        JobJson.WriteNumber(json, "start", sentence.StartMs / 1000.0);
        JobJson.WriteNumber(json, "end", sentence.EndMs / 1000.0);
        json.WriteString("speaker"u8, sentence.Speaker);
        json.WriteString("text"u8, sentence.Text);
        json.WriteBoolean("edited"u8, sentence.IsEdited);
        TagsJson.Write(json, sentence.Tags);
        json.WriteStartArray("words"u8);
        for (int i = 0; i < pieces.Count; i++)
        {
            Word word = sentence.Words[i];
            json.WriteStartObject();
            json.WriteString("text"u8, pieces[i]);
            JobJson.WriteNumber(json, "start", word.StartMs / 1000.0);
            JobJson.WriteNumber(json, "end", word.EndMs / 1000.0);
            JobJson.WriteNumber(json, "confidence", float.IsFinite(word.Confidence) ? word.Confidence : null);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
