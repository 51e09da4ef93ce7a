using System.Globalization;
using System.Text;
using Parley.Asr;

namespace Parley.Transcripts.Edits;

/// <summary>One application of operations to a transcript. Not safe for concurrent use.</summary>
internal sealed class EditRun
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    public EditRun(EditedTranscript before)
    {
        Speakers = [.. before.Speakers];
        Sentences = [.. before.Sentences];
        (Turns, SpeakersEver) = (before.Turns, before.SpeakersEver);
        Number(0);
    }

    public List<EditedSpeaker> Speakers { get; }

    public List<EditedSentence> Sentences { get; }

    public IReadOnlyList<TranscriptTurn> Turns { get; private set; }

    public int SpeakersEver { get; private set; }

    /// <exception cref="EditException">It cannot be done.</exception>
    public void Apply(EditOperation operation)
    {
        switch (operation)
        {
            case RenameSpeaker rename: Rename(rename); break;
            case MergeSpeakers merge: Merge(merge); break;
            case AssignSpeaker assign: Assign(assign); break;
            case EditText edit: Edit(edit); break;
            case SplitSentence split: Split(split); break;
            default: throw new ArgumentOutOfRangeException(nameof(operation), operation, "Unknown operation.");
        }
    }

    private void Rename(RenameSpeaker rename)
    {
        int place = SpeakerAt(rename.Speaker);
        string name = EditLimits.Checked(rename.Name, "The name", EditLimits.MaxNameLength);
        Speakers[place] = Speakers[place] with { Name = name.Length == 0 ? null : name };
    }

    private void Merge(MergeSpeakers merge)
    {
        int from = SpeakerAt(merge.From);
        SpeakerAt(merge.Into);
        if (string.Equals(merge.From, merge.Into, StringComparison.Ordinal))
            throw new EditException($"{Quoted(merge.From)} cannot be merged into itself. Name two speakers.");
        for (int i = 0; i < Sentences.Count; i++)
        {
            if (string.Equals(Sentences[i].Speaker, merge.From, StringComparison.Ordinal))
                Sentences[i] = Sentences[i] with { Speaker = merge.Into };
        }

        Turns = [.. Turns.Select(turn => string.Equals(turn.Speaker, merge.From, StringComparison.Ordinal) ? turn with { Speaker = merge.Into } : turn)];
        Speakers.RemoveAt(from);
    }

    private void Assign(AssignSpeaker assign)
    {
        if (assign.Sentences.Count == 0)
            throw new EditException("sentences is empty. Name at least one.");
        List<int> places = [.. assign.Sentences.Select(SentenceAt).Distinct()];
        string speaker = assign.Speaker;
        if (string.Equals(speaker, AssignSpeaker.NewSpeaker, StringComparison.Ordinal))
            speaker = AddSpeaker();
        else
            SpeakerAt(speaker);
        List<TranscriptTurn> given = [];
        foreach (int place in places)
        {
            if (string.Equals(Sentences[place].Speaker, speaker, StringComparison.Ordinal))
                continue;
            Sentences[place] = Sentences[place] with { Speaker = speaker };
            given.Add(new TranscriptTurn(Sentences[place].StartMs, Sentences[place].EndMs, speaker));
        }

        Turns = TurnEdits.Give(Turns, given);
    }

    private void Edit(EditText edit)
    {
        int place = SentenceAt(edit.Sentence);
        EditedSentence sentence = Sentences[place];
        string text = EditLimits.Checked(edit.Text, "The text", EditLimits.MaxTextLength);
        if (string.Equals(text, sentence.Text, StringComparison.Ordinal))
            return;
        IReadOnlyList<Word> words = WordAlignment.Align(text, sentence.Words, sentence.StartMs, sentence.EndMs);
        Sentences[place] = sentence with { Text = text, Words = words, IsEdited = true };
    }

    private void Split(SplitSentence split)
    {
        int place = SentenceAt(split.Sentence);
        EditedSentence whole = Sentences[place];
        if (split.Word < 1 || split.Word >= whole.Words.Count)
        {
            throw new EditException(whole.Words.Count < 2
                ? $"Sentence {Quoted(whole.Id)} has no word before which it could be split."
                : $"Sentence {Quoted(whole.Id)} can be split before its words 1 to {whole.Words.Count - 1}, not before {split.Word}.");
        }

        int cut = Cut(whole, split.Word);
        Word last = whole.Words[split.Word - 1], first = whole.Words[split.Word];
        EditedSentence begin = whole with { Text = whole.Text[..cut].TrimEnd(), EndMs = Math.Max(whole.StartMs, last.EndMs), Words = [.. whole.Words.Take(split.Word)] };
        EditedSentence rest = whole with
        {
            Id = NewId($"{whole.Id}.{split.Word.ToString(CultureInfo.InvariantCulture)}"),
            Text = whole.Text[cut..].TrimStart(),
            StartMs = Math.Min(Math.Max(first.StartMs, whole.StartMs), Math.Max(whole.StartMs, whole.EndMs)),
            Words = [.. whole.Words.Skip(split.Word)],
        };
        Sentences[place] = begin;
        Sentences.Insert(place + 1, rest);
        Number(place + 1);
    }

    // An opening quote or bracket belongs to the word that it precedes.
    private static int Cut(EditedSentence sentence, int word)
    {
        int cut = WordPieces.Starts(sentence.Text, sentence.Words)[word];
        while (cut > 0 && char.GetUnicodeCategory(sentence.Text[cut - 1]) is UnicodeCategory.OpenPunctuation or UnicodeCategory.InitialQuotePunctuation)
            cut--;
        return cut;
    }

    private string AddSpeaker()
    {
        HashSet<string> labels = [.. Speakers.Select(speaker => speaker.Label)];
        int number = ++SpeakersEver, label = number;
        while (!labels.Add($"Speaker{label}"))
            label++;
        Speakers.Add(new EditedSpeaker($"s{number}", $"Speaker{label}", null));
        return $"s{number}";
    }

    private string NewId(string wanted)
    {
        string id = wanted;
        for (int copy = 2; _places.ContainsKey(id); copy++)
            id = $"{wanted}-{copy}";
        return id;
    }

    private void Number(int first)
    {
        for (int i = first; i < Sentences.Count; i++)
            _places[Sentences[i].Id] = i;
    }

    private int SentenceAt(string id)
        => _places.TryGetValue(id, out int place) ? place : throw new EditException($"There is no sentence {Quoted(id)}. Read the transcript again.");

    private int SpeakerAt(string id)
    {
        int place = Speakers.FindIndex(speaker => string.Equals(speaker.Id, id, StringComparison.Ordinal));
        return place >= 0 ? place : throw new EditException($"There is no speaker {Quoted(id)}. Read the transcript again.");
    }

    // What a client sent is repeated in short and without what is no text.
    private static string Quoted(string id)
    {
        StringBuilder quoted = new("\"");
        quoted.Append(CleanText.OneLine(id.Length > 20 ? id[..20] + "…" : id));
        return quoted.Append('"').ToString();
    }
}
