namespace Parley.Asr;

/// <summary>Finds the frames in which known tokens are spoken: the most probable way through a CTC network's scores that gives these tokens.</summary>
/// <remarks>Viterbi over the states blank, token 1, blank, token 2, … blank, as in Graves et al. 2006, section 4.1, with maxima in place of sums.</remarks>
internal static class CtcAlignment
{
    /// <summary>What <see cref="TryAlign"/> writes for a frame in which no token is spoken.</summary>
    public const int Nothing = -1;

    /// <summary>Aligns tokens with frames.</summary>
    /// <param name="scores">Scores of the network, normalised or not, row-major, shape [frames, classes].</param>
    /// <param name="classes">Classes of the network.</param>
    /// <param name="blank">The class that stands for nothing.</param>
    /// <param name="tokens">Class numbers of the tokens in order; none is the blank.</param>
    /// <param name="path">Receives for each frame the position of its token in <paramref name="tokens"/>, or <see cref="Nothing"/>; never falling.</param>
    /// <returns>False when the frames are too few for the tokens; between equal tokens there is a frame without one.</returns>
    public static bool TryAlign(ReadOnlySpan<float> scores, int classes, int blank, ReadOnlySpan<int> tokens, Span<int> path)
    {
        int frames = path.Length, states = (2 * tokens.Length) + 1;
        ArgumentOutOfRangeException.ThrowIfNotEqual(scores.Length, frames * classes);
        path.Fill(Nothing);
        if (tokens.Length == 0 || frames == 0)
            return tokens.Length == 0;

        // steps[frame, state]: how many states back the best way came from.
        byte[] steps = new byte[checked(frames * states)];
        double[] best = new double[states], next = new double[states];
        Array.Fill(best, double.NegativeInfinity);
        best[0] = scores[blank];
        best[1] = scores[tokens[0]];
        for (int frame = 1; frame < frames; frame++)
        {
            ReadOnlySpan<float> row = scores.Slice(frame * classes, classes);
            for (int state = 0; state < states; state++)
            {
                double from = best[state];
                byte step = 0;
                if (state > 0 && best[state - 1] > from)
                    (from, step) = (best[state - 1], 1);
                if (MaySkipBlank(tokens, state) && best[state - 2] > from)
                    (from, step) = (best[state - 2], 2);
                next[state] = from + row[state % 2 == 0 ? blank : tokens[state / 2]];
                steps[(frame * states) + state] = step;
            }

            (best, next) = (next, best);
        }

        int at = best[states - 1] > best[states - 2] ? states - 1 : states - 2;
        if (double.IsNegativeInfinity(best[at]))
            return false;
        for (int frame = frames - 1; frame >= 0; frame--)
        {
            if (at % 2 == 1)
                path[frame] = at / 2;
            at -= steps[(frame * states) + at];
        }

        return true;
    }

    private static bool MaySkipBlank(ReadOnlySpan<int> tokens, int state)
        => state % 2 == 1 && state >= 3 && tokens[state / 2] != tokens[(state / 2) - 1];
}
