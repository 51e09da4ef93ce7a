using System.Text;
using Parley.Asr;
using Parley.Speakers;

namespace Parley.Transcripts;

/// <summary>Sentences into segments, as funasr_spk_server does it.</summary>
internal static class SentenceMerger
{
    /// <summary>A pause of so many seconds starts a new segment.</summary>
    public const double MaxGapSeconds = 3.0;

    /// <summary>
    /// Extends a segment by the next sentence when the label is the same and next.start - current.end is less than 3.0 seconds.
    /// Sentences without text are dropped. There is no length limit.
    /// </summary>
    /// <remarks>The gap is the difference of two rounded doubles, because the original computes it so: 5.1 - 2.1 is a hair below 3 and merges.</remarks>
    /// <param name="sentences">In time order.</param>
    /// <param name="spaceOut">Puts a blank between two texts that would otherwise run together; see <see cref="TextJoin.NeedsBlank"/>.</param>
    public static List<TranscriptSegment> Merge(IReadOnlyList<TranscriptSentence> sentences, bool spaceOut)
    {
        List<TranscriptSegment> segments = [];
        List<Word> words = [];
        List<SpeechTags?> tags = [];
        StringBuilder text = new();
        TranscriptSegment? open = null;
        foreach (TranscriptSentence sentence in sentences)
        {
            string trimmed = sentence.Text.Trim();
            if (trimmed.Length == 0)
                continue;
            double start = Seconds(sentence.StartMs), end = Seconds(sentence.EndMs);
            if (open is not null && string.Equals(open.Speaker, sentence.Speaker, StringComparison.Ordinal) && start - open.EndSeconds < MaxGapSeconds)
            {
                open = open with { EndSeconds = end };
                if (spaceOut && TextJoin.NeedsBlank(text[^1], trimmed[0]))
                    text.Append(' ');
            }
            else
            {
                Close();
                open = new TranscriptSegment(start, end, "", sentence.Speaker, []);
            }

            text.Append(trimmed);
            words.AddRange(sentence.Words);
            tags.AddRange(Enumerable.Repeat(sentence.Tags, Math.Max(1, sentence.Words.Count)));
        }

        Close();
        return segments;

        void Close()
        {
            if (open is null)
                return;
            segments.Add(open with { Text = text.ToString(), Words = words, Tags = SpeechTags.Join(tags) });
            text.Clear();
            words = [];
            tags.Clear();
        }
    }

    private static double Seconds(int milliseconds) => PythonRounding.ToHundredths(milliseconds / 1000.0);
}
