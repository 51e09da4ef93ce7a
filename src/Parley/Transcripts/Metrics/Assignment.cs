namespace Parley.Transcripts.Metrics;

/// <summary>Pairs rows and columns one to one so that the sum of the chosen values is greatest.</summary>
/// <remarks>
/// The Hungarian method with potentials and shortest augmenting paths, O(n³): Kuhn, "The Hungarian Method for the Assignment Problem",
/// Naval Research Logistics Quarterly 2, 1955; Jonker and Volgenant, Computing 38, 1987.
/// </remarks>
internal static class Assignment
{
    /// <summary>Solves the assignment problem.</summary>
    /// <param name="gain">Not negative, shape [rows, columns]; need not be square.</param>
    /// <returns>For each row its column, -1 for none; shape [rows].</returns>
    public static int[] Maximise(long[,] gain)
    {
        int rows = gain.GetLength(0), columns = gain.GetLength(1), size = Math.Max(rows, columns);

        // Row and column 0 are the entrance of the search; cost = -gain, and 0 for the padding.
        long[] rowPotential = new long[size + 1], columnPotential = new long[size + 1];
        int[] rowOf = new int[size + 1];
        for (int row = 1; row <= size; row++)
            Augment(row);

        int[] columnOf = new int[rows];
        Array.Fill(columnOf, -1);
        for (int column = 1; column <= columns; column++)
        {
            if (rowOf[column] <= rows)
                columnOf[rowOf[column] - 1] = column - 1;
        }

        return columnOf;

        void Augment(int newRow)
        {
            long[] slack = new long[size + 1];
            int[] before = new int[size + 1];
            bool[] done = new bool[size + 1];
            Array.Fill(slack, long.MaxValue);
            rowOf[0] = newRow;
            int column = 0;
            while (rowOf[column] != 0)
            {
                done[column] = true;
                int row = rowOf[column], nearest = 0;
                long step = long.MaxValue;
                for (int j = 1; j <= size; j++)
                {
                    if (done[j])
                        continue;
                    long reduced = Cost(row, j) - rowPotential[row] - columnPotential[j];
                    if (reduced < slack[j])
                        (slack[j], before[j]) = (reduced, column);
                    if (slack[j] < step)
                        (step, nearest) = (slack[j], j);
                }

                for (int j = 0; j <= size; j++)
                {
                    if (done[j])
                    {
                        rowPotential[rowOf[j]] += step;
                        columnPotential[j] -= step;
                    }
                    else
                    {
                        slack[j] -= step;
                    }
                }

                column = nearest;
            }

            for (; column != 0; column = before[column])
                rowOf[column] = rowOf[before[column]];
        }

        long Cost(int row, int column) => row <= rows && column <= columns ? -gain[row - 1, column - 1] : 0;
    }
}
