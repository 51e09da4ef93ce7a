namespace Parley.Cli.Terminals;

/// <summary>Rows under each other, columns two blanks apart: the same on a terminal, in a file and for other programs.</summary>
internal static class Columns
{
    /// <summary>Writes rows of equal length; the last column is not padded.</summary>
    public static void Write(TextWriter output, IReadOnlyList<string[]> rows, string indent = "")
    {
        if (rows.Count == 0)
            return;
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
            output.Write(indent + string.Join("  ", row.Select((cell, column) => column == row.Length - 1 ? cell : cell.PadRight(widths[column]))).TrimEnd() + "\n");
    }
}
