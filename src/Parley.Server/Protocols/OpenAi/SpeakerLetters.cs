using Parley.Transcripts;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>Speakers as OpenAI's clients expect them: known ones by their names, the others <c>A</c>, <c>B</c> and so on, by first appearance.</summary>
internal static class SpeakerLetters
{
    private const int Letters = 26;

    /// <summary>The same transcript with other labels.</summary>
    /// <param name="transcript">Labelled by the library.</param>
    /// <param name="known">Names that stay; nobody else is called so.</param>
    public static Transcript Relabel(Transcript transcript, IReadOnlyList<string> known)
    {
        IEnumerable<string> letters = Enumerable.Range(0, int.MaxValue).Select(Of).Where(letter => !known.Contains(letter, StringComparer.Ordinal));
        Dictionary<string, string> labels = transcript.Speakers.Where(label => !known.Contains(label, StringComparer.Ordinal)).Zip(letters)
            .ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        return transcript with
        {
            Speakers = [.. transcript.Speakers.Select(Label)],
            Sentences = [.. transcript.Sentences.Select(sentence => sentence with { Speaker = sentence.Speaker is { } speaker ? Label(speaker) : null })],
            Turns = [.. transcript.Turns.Select(turn => turn with { Speaker = Label(turn.Speaker) })],
        };

        string Label(string label) => labels.GetValueOrDefault(label, label);
    }

    /// <summary>A for 0, Z for 25, AA for 26.</summary>
    public static string Of(int number) => (number >= Letters ? Of((number / Letters) - 1) : "") + (char)('A' + (number % Letters));
}
