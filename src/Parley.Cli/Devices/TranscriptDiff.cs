using Parley.Transcripts;

namespace Parley.Cli.Devices;

/// <summary>Compares transcripts: sentences with times and speakers, and words with times.</summary>
internal static class TranscriptDiff
{
    private const int MostLines = 10;

    /// <summary>A transcript as lines that are equal only when everything is.</summary>
    public static IReadOnlyList<string> Lines(Transcript transcript)
        => [.. transcript.Sentences.Select(sentence =>
            $"[{sentence.StartMs}-{sentence.EndMs}] {sentence.Speaker}: {sentence.Text} | {string.Join(' ', sentence.Words.Select(word => $"{word.Text}@{word.StartMs}-{word.EndMs}"))}")];

    /// <summary>The first lines that differ, as <c>- expected</c> and <c>+ actual</c>; empty when all are the same.</summary>
    public static IReadOnlyList<string> Between(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        List<string> lines = [];
        for (int i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            string? left = i < expected.Count ? expected[i] : null, right = i < actual.Count ? actual[i] : null;
            if (string.Equals(left, right, StringComparison.Ordinal))
                continue;
            if (lines.Count >= MostLines)
            {
                lines.Add("...");
                break;
            }

            if (left is not null)
                lines.Add($"- {left}");
            if (right is not null)
                lines.Add($"+ {right}");
        }

        return lines;
    }
}
