namespace Parley.Transcripts.Metrics;

/// <summary>How far a diarization is from its reference. All times in seconds; where people talk at once, each of them counts.</summary>
/// <param name="SpeechSeconds">Speech of the reference that was scored.</param>
/// <param name="MissedSeconds">Reference speech that nobody is said to speak.</param>
/// <param name="FalseAlarmSeconds">Speech that the reference does not have.</param>
/// <param name="ConfusionSeconds">Speech given to the wrong speaker.</param>
/// <param name="Mapping">Which reference speaker each speaker of the hypothesis stands for; those without a partner are absent.</param>
public sealed record DiarizationError(
    double SpeechSeconds,
    double MissedSeconds,
    double FalseAlarmSeconds,
    double ConfusionSeconds,
    IReadOnlyDictionary<string, string> Mapping)
{
    /// <summary>
    /// Diarization error rate (Der): missed + false alarm + confusion for each second of reference speech; more than 1 is possible.
    /// Without reference speech: 0 when there is no error, else 1.
    /// </summary>
    public double Rate
    {
        get
        {
            double errors = MissedSeconds + FalseAlarmSeconds + ConfusionSeconds;
            return SpeechSeconds > 0 ? errors / SpeechSeconds : errors > 0 ? 1 : 0;
        }
    }
}
