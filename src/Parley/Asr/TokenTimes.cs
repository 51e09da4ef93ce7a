namespace Parley.Asr;

/// <summary>Start and end in milliseconds.</summary>
internal readonly record struct TokenTime(int StartMs, int EndMs);

/// <summary>Gives every token of a segment a time within it.</summary>
internal static class TokenTimes
{
    /// <summary>Milliseconds of one encoder frame (six frames of 10 ms).</summary>
    private const double EncoderFrameMs = 60;

    /// <summary>Times from the network's fires.</summary>
    /// <remarks>
    /// Other than the reference: times are rounded to milliseconds instead of cut, kept within the segment and never run backwards; tokens for
    /// which there was no fire share the rest of the segment.
    /// </remarks>
    /// <param name="alphas">Weights of the segment's own frames, shape [frames].</param>
    /// <param name="peaks">Integrated weights, shape [frames].</param>
    /// <param name="upsampleTimes">Weights in one encoder frame (3).</param>
    /// <param name="durationMs">Length of the segment.</param>
    /// <param name="times">Receives one time for each token, without the end of the sentence.</param>
    public static void FromCif(ReadOnlySpan<float> alphas, ReadOnlySpan<float> peaks, int upsampleTimes, int durationMs, Span<TokenTime> times)
    {
        List<CifSpan> spans = [];
        CifTimestamps.Align(alphas, peaks, times.Length, CifTimestamps.FireShift, spans);
        double frameMs = EncoderFrameMs / upsampleTimes;
        int known = 0, latest = 0;
        foreach (CifSpan span in spans)
        {
            if (span.Token == CifTimestamps.Silence)
                continue;
            int start = Math.Clamp((int)Math.Round(span.Start * frameMs), latest, durationMs);
            int end = Math.Clamp((int)Math.Round(span.End * frameMs), start, durationMs);
            times[known++] = new TokenTime(start, end);
            latest = end;
        }

        Spread(latest, durationMs, times[known..]);
    }

    /// <summary>The reference's times: cut to milliseconds, from -30 ms on, and none for tokens without a fire.</summary>
    /// <param name="alphas">Weights of the segment's own frames, shape [frames].</param>
    /// <param name="peaks">Integrated weights, shape [frames].</param>
    /// <param name="tokenCount">Tokens, without the end of the sentence.</param>
    /// <param name="upsampleTimes">Weights in one encoder frame (3).</param>
    /// <returns>At most <paramref name="tokenCount"/> times.</returns>
    public static List<TokenTime> FromCifLikeReference(ReadOnlySpan<float> alphas, ReadOnlySpan<float> peaks, int tokenCount, int upsampleTimes)
    {
        if (tokenCount == 0)
            return [];
        List<CifSpan> spans = [];
        CifTimestamps.Align(alphas, peaks, tokenCount, CifTimestamps.FireShift, spans);
        double rate = CifTimestamps.FrameSeconds(upsampleTimes);
        return [.. spans.Where(span => span.Token != CifTimestamps.Silence).Select(span => new TokenTime(CutMs(span.Start * rate), CutMs(span.End * rate)))];
    }

    /// <summary>Seconds as milliseconds, cut as the reference cuts them: some come out one too low.</summary>
    public static int CutMs(double seconds) => (int)(seconds * 1000);

    /// <summary>Shares a stretch of time evenly.</summary>
    /// <param name="startMs">Where the first token begins.</param>
    /// <param name="endMs">Where the last token ends.</param>
    /// <param name="times">Receives one time for each token.</param>
    public static void Spread(int startMs, int endMs, Span<TokenTime> times)
    {
        long length = endMs - startMs;
        for (int i = 0; i < times.Length; i++)
            times[i] = new TokenTime(startMs + (int)(length * i / times.Length), startMs + (int)(length * (i + 1) / times.Length));
    }

    /// <summary>Shares a segment evenly among its tokens, for models that do not tell their times.</summary>
    /// <param name="tokens">Their times are replaced.</param>
    /// <param name="durationMs">Length of the segment.</param>
    public static void Spread(Span<AsrToken> tokens, int durationMs)
    {
        TokenTime[] times = new TokenTime[tokens.Length];
        Spread(0, durationMs, times);
        for (int i = 0; i < tokens.Length; i++)
            tokens[i] = tokens[i] with { StartMs = times[i].StartMs, EndMs = times[i].EndMs };
    }
}
