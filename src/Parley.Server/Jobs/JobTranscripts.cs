using System.Text.Json;
using Parley.Server.Storage;
using Parley.Transcripts;
using Parley.Transcripts.Edits;

namespace Parley.Server.Jobs;

/// <summary>Puts transcripts and edits together. The machine's transcript is never changed: edits are applied to it whenever somebody reads.</summary>
internal sealed class JobTranscripts(Func<Guid, CancellationToken, Task<JobResult?>> results, EditStore store, TimeProvider clock) : IJobTranscripts
{
    // All edits of one transcript, as JSON: what reading it costs is bounded by this.
    private const long MaxCharacters = 8 << 20;

    public async Task<JobTranscript?> FindAsync(Guid id, bool asMachine, CancellationToken cancellationToken)
    {
        if (await results(id, cancellationToken) is not { } result || Edits(id) is not { } known)
            return null;
        return asMachine ? Transcript(result, 0, []) : Transcript(result, known.Revision, known.Edits);
    }

    public (int Revision, IReadOnlyList<JobEdit> Edits)? Edits(Guid id)
        => store.Find(id) is { } known ? (known.Revision, [.. known.Edits.Select(row => new JobEdit(row.Revision, Parse(row.Operations), row.At, row.User))]) : null;

    public async Task<EditOutcome> EditAsync(Guid id, int revision, IReadOnlyList<EditOperation> operations, string? user, CancellationToken cancellationToken)
    {
        if (await results(id, cancellationToken) is not { } result || store.Find(id) is not { } known)
            return new EditOutcome.NoTranscript();
        if (known.Revision != revision)
            return new EditOutcome.Conflict(known.Revision);
        string json = EditJson.Write(operations);
        if (known.Edits.Sum(row => (long)row.Operations.Length) + json.Length > MaxCharacters)
            return new EditOutcome.Refused("There are too many edits of this transcript. Download it, and go on there.");
        EditedTranscript after;
        try
        {
            after = Before(result, known.Edits.SelectMany(row => Parse(row.Operations))).Apply(operations);
        }
        catch (EditException error)
        {
            return new EditOutcome.Refused(error.Message);
        }

        EditRow row = new() { Operations = json, At = clock.GetUtcNow(), User = user };
        return await store.AddAsync(id, revision, row, cancellationToken) is { } added
            ? new EditOutcome.Done(new JobTranscript(result, after, added))
            : Overtaken(id);
    }

    public async Task<EditOutcome> UndoAsync(Guid id, int revision, CancellationToken cancellationToken)
    {
        if (await results(id, cancellationToken) is not { } result || Edits(id) is not { } known)
            return new EditOutcome.NoTranscript();
        if (known.Revision != revision)
            return new EditOutcome.Conflict(known.Revision);
        if (known.Edits.Count == 0)
            return new EditOutcome.Refused("There is no edit that could be undone: the transcript is as the machine made it.");
        return await store.DropLastAsync(id, revision, cancellationToken) is { } dropped
            ? new EditOutcome.Done(Transcript(result, dropped, known.Edits.SkipLast(1)))
            : Overtaken(id);
    }

    private EditOutcome Overtaken(Guid id) => store.Find(id) is { } now ? new EditOutcome.Conflict(now.Revision) : new EditOutcome.NoTranscript();

    private static JobTranscript Transcript(JobResult result, int revision, IEnumerable<JobEdit> edits)
        => new(result, Before(result, edits.SelectMany(edit => edit.Operations)), revision);

    private static EditedTranscript Before(JobResult result, IEnumerable<EditOperation> operations)
    {
        EditedTranscript machine = EditedTranscript.Of(result.Options.Diarize ? result.Transcript : WithoutSpeakers(result.Transcript));
        return machine.Apply([.. operations]);
    }

    // A job that did not ask who speaks has no speakers until people add some.
    private static Transcript WithoutSpeakers(Transcript transcript)
        => transcript with { Speakers = [], Turns = [], Sentences = [.. transcript.Sentences.Select(sentence => sentence with { Speaker = null })] };

    private static IReadOnlyList<EditOperation> Parse(string operations)
    {
        using JsonDocument json = JsonDocument.Parse(operations);
        return EditJson.Read(json.RootElement);
    }
}
