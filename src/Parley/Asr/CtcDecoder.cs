namespace Parley.Asr;

/// <summary>Makes symbols of the labels of frames.</summary>
/// <remarks>Graves et al., "Connectionist Temporal Classification", ICML 2006: the map B, which joins repeated labels and then drops blanks.</remarks>
internal static class CtcDecoder
{
    /// <summary>Joins neighbouring frames with the same label and drops blanks.</summary>
    /// <param name="ids">Best class of each frame.</param>
    /// <param name="probabilities">Its probability.</param>
    /// <param name="blank">The class that stands for nothing.</param>
    public static List<CtcSymbol> Collapse(ReadOnlySpan<int> ids, ReadOnlySpan<float> probabilities, int blank)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(probabilities.Length, ids.Length);
        List<CtcSymbol> symbols = [];
        for (int start = 0, end; start < ids.Length; start = end)
        {
            float surest = probabilities[start];
            for (end = start + 1; end < ids.Length && ids[end] == ids[start]; end++)
                surest = Math.Max(surest, probabilities[end]);
            if (ids[start] != blank)
                symbols.Add(new CtcSymbol(ids[start], start, end, surest));
        }

        return symbols;
    }
}
