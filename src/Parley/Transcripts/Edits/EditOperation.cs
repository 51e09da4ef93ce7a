using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Transcripts.Edits;

/// <summary>One thing that a person changes in a transcript. As JSON an object whose <c>op</c> names the kind; other names are snake case.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "op", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(RenameSpeaker), "rename_speaker")]
[JsonDerivedType(typeof(MergeSpeakers), "merge_speakers")]
[JsonDerivedType(typeof(AssignSpeaker), "assign_speaker")]
[JsonDerivedType(typeof(EditText), "edit_text")]
[JsonDerivedType(typeof(SplitSentence), "split_sentence")]
public abstract record EditOperation
{
    private protected EditOperation()
    {
    }
}

/// <summary>Gives a speaker a name.</summary>
/// <param name="Speaker">Id.</param>
/// <param name="Name">At most <see cref="EditLimits.MaxNameLength"/> characters; empty: the label again.</param>
public sealed record RenameSpeaker(string Speaker, string Name) : EditOperation;

/// <summary>Two speakers were one person: all that the first said becomes the second's.</summary>
/// <param name="From">Id of the speaker who goes; it is given to nobody else.</param>
/// <param name="Into">Id of the speaker who stays.</param>
public sealed record MergeSpeakers(string From, string Into) : EditOperation;

/// <summary>Somebody else said these sentences.</summary>
/// <param name="Sentences">Ids, at least one.</param>
/// <param name="Speaker">Id, or <see cref="NewSpeaker"/>.</param>
public sealed record AssignSpeaker(IReadOnlyList<string> Sentences, string Speaker) : EditOperation
{
    /// <summary>In place of an id: a speaker who was not there before.</summary>
    public const string NewSpeaker = "new";
}

/// <summary>A sentence reads otherwise. Its words are found again in the new text, and keep their times.</summary>
/// <param name="Sentence">Id.</param>
/// <param name="Text">At most <see cref="EditLimits.MaxTextLength"/> characters; empty: nothing was said.</param>
public sealed record EditText(string Sentence, string Text) : EditOperation;

/// <summary>Cuts a sentence in two.</summary>
/// <param name="Sentence">Id; the first part keeps it, the second is called after it and the word, such as <c>4.3</c>.</param>
/// <param name="Word">Index of the word with which the second part begins, from 1.</param>
public sealed record SplitSentence(string Sentence, int Word) : EditOperation;

/// <summary>Operations as JSON, for the wire and for storage.</summary>
public static class EditJson
{
    /// <summary>Reads an array of operations.</summary>
    /// <exception cref="EditException">It is none; the message says where.</exception>
    public static IReadOnlyList<EditOperation> Read(JsonElement operations)
    {
        if (operations.ValueKind != JsonValueKind.Array)
            throw new EditException("operations must be an array of objects with a member op.");
        if (operations.GetArrayLength() is 0 or > EditLimits.MaxOperations)
            throw new EditException($"A request holds 1 to {EditLimits.MaxOperations} operations; split it into several.");
        List<EditOperation> read = [];
        foreach (JsonElement operation in operations.EnumerateArray())
            read.Add(ReadOne(operation, read.Count));
        return read;
    }

    /// <summary>Writes operations as <see cref="Read"/> reads them.</summary>
    public static string Write(IReadOnlyList<EditOperation> operations) => JsonSerializer.Serialize([.. operations], EditJsonContext.Default.EditOperationArray);

    private static EditOperation ReadOne(JsonElement operation, int index)
    {
        try
        {
            EditOperation read = operation.Deserialize(EditJsonContext.Default.EditOperation) ?? throw new EditException($"operations[{index}] is null.");
            if (read is AssignSpeaker { Sentences: var sentences } && sentences.Any(id => id is null)) // nullness of elements is not checked
                throw new EditException($"operations[{index}]: sentences holds null. Name ids.");
            return read;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            string kind = operation.ValueKind == JsonValueKind.Object && operation.TryGetProperty("op", out _) ? "" : " It needs a member op.";
            throw new EditException(
                $"operations[{index}] cannot be read: known are rename_speaker (speaker, name), merge_speakers (from, into), assign_speaker (sentences, speaker), "
                    + $"edit_text (sentence, text) and split_sentence (sentence, word), with exactly these members.{kind}",
                error);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(EditOperation[]))]
internal sealed partial class EditJsonContext : JsonSerializerContext;
