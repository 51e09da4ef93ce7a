using Parley.Transcripts;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>Speakers as OpenAI's clients expect them: <c>A</c>, <c>B</c> and so on, by first appearance.</summary>
internal static class SpeakerLetters
{
    private const int Letters = 26;

    /// <summary>The same transcript with other labels.</summary>
    public static Transcript Relabel(Transcript transcript)
    {
        Dictionary<string, string> letters = transcript.Speakers.Select((label, i) => (label, Letter: Of(i))).ToDictionary(item => item.label, item => item.Letter, StringComparer.Ordinal);
        return transcript with
        {
            Speakers = [.. transcript.Speakers.Select(Label)],
            Sentences = [.. transcript.Sentences.Select(sentence => sentence with { Speaker = sentence.Speaker is { } speaker ? Label(speaker) : null })],
            Turns = [.. transcript.Turns.Select(turn => turn with { Speaker = Label(turn.Speaker) })],
        };

        string Label(string label) => letters.GetValueOrDefault(label, label);
    }

    /// <summary>A for 0, Z for 25, AA for 26.</summary>
    public static string Of(int number) => (number >= Letters ? Of((number / Letters) - 1) : "") + (char)('A' + (number % Letters));
}
