using Parley.Asr;
using Parley.Models;

namespace Parley;

/// <summary>
/// Tells when audio is probably nothing that the models were trained for: a recogniser that guesses is unsure of its words.
/// The limit is measured with the bundle and stands in its manifest.
/// </summary>
internal static class DomainCheck
{
    // A handful of words says nothing: one unclear name would raise the alarm.
    private const int MinWords = 8;

    /// <summary>A notice for the reader when the words are doubtful, else none.</summary>
    public static IReadOnlyList<string> Notices(ModelBundle bundle, IReadOnlyList<Word> words)
    {
        if (bundle.OutOfDomainConfidence is not { } limit || words.Count < MinWords)
            return [];
        double mean = words.Average(word => word.Confidence);
        if (mean >= limit)
            return [];
        return
        [
            $"The bundle '{bundle.Name}' hardly understood this recording (mean word confidence {mean:F2}, below {limit:F2}): "
            + $"it was trained for other speech. {bundle.Description} "
            + "For real speech put FunASR's official models into a folder and run: parley transcribe --models FOLDER INPUT (docs/models.md lists them).",
        ];
    }
}
