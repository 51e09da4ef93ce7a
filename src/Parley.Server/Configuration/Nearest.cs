namespace Parley.Server.Configuration;

/// <summary>Finds what somebody may have meant.</summary>
internal static class Nearest
{
    /// <summary>The candidate with the fewest letters to change; null when even that is another word.</summary>
    public static string? To(string name, IEnumerable<string> candidates)
    {
        (string Candidate, int Distance)[] ranked = [.. candidates.Where(candidate => candidate.Length > 0)
            .Select(candidate => (candidate, Distance(name, candidate))).OrderBy(item => item.Item2).ThenBy(item => item.candidate, StringComparer.Ordinal)];
        return ranked is [var best, ..] && best.Distance <= Math.Max(2, Math.Min(name.Length, best.Candidate.Length) / 4) ? best.Candidate : null;
    }

    // Levenshtein, "Binary codes capable of correcting deletions, insertions, and reversals", 1966: letters to insert, delete or replace.
    private static int Distance(string a, string b)
    {
        int[] above = [.. Enumerable.Range(0, b.Length + 1)];
        int[] row = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                row[j] = Math.Min(Math.Min(row[j - 1], above[j]) + 1, above[j - 1] + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1));
            (above, row) = (row, above);
        }

        return above[b.Length];
    }
}
