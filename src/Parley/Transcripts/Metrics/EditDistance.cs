namespace Parley.Transcripts.Metrics;

/// <summary>Levenshtein distance that counts its kinds of edits.</summary>
internal static class EditDistance
{
    /// <summary>
    /// Aligns two sequences with the fewest edits. Of several best alignments the one with most substitutions is taken
    /// (a pair of deletion and insertion in one place reads as a substitution). Time O(n m), memory O(m).
    /// </summary>
    public static ErrorRate Compute(List<string> reference, List<string> hypothesis)
    {
        // Numbers instead of strings: comparing them is what the time goes into.
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        int[] left = Ids(reference, ids), right = Ids(hypothesis, ids);

        Cell[] row = new Cell[right.Length + 1];
        for (int j = 1; j < row.Length; j++)
            row[j] = row[j - 1].Insert();
        for (int i = 0; i < left.Length; i++)
        {
            Cell diagonal = row[0];
            row[0] = row[0].Delete();
            for (int j = 0; j < right.Length; j++)
            {
                Cell match = left[i] == right[j] ? diagonal : diagonal.Substitute();
                diagonal = row[j + 1];
                row[j + 1] = Cell.Best(match, Cell.Best(row[j + 1].Delete(), row[j].Insert()));
            }
        }

        Cell end = row[^1];
        return new ErrorRate(end.Substitutions, end.Deletions, end.Insertions, left.Length);
    }

    private static int[] Ids(List<string> units, Dictionary<string, int> ids)
    {
        int[] numbers = new int[units.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!ids.TryGetValue(units[i], out numbers[i]))
                ids[units[i]] = numbers[i] = ids.Count;
        }

        return numbers;
    }

    private readonly record struct Cell(int Substitutions, int Deletions, int Insertions)
    {
        private int Errors => Substitutions + Deletions + Insertions;

        public Cell Substitute() => this with { Substitutions = Substitutions + 1 };

        public Cell Delete() => this with { Deletions = Deletions + 1 };

        public Cell Insert() => this with { Insertions = Insertions + 1 };

        public static Cell Best(Cell a, Cell b)
            => b.Errors < a.Errors || (b.Errors == a.Errors && b.Substitutions > a.Substitutions) ? b : a;
    }
}
