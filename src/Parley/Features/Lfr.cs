namespace Parley.Features;

/// <summary>Low frame rate: neighbouring frames side by side in one row, fewer rows.</summary>
/// <remarks>Pundak and Sainath, "Lower Frame Rate Neural Network Acoustic Models", Interspeech 2016.</remarks>
public static class Lfr
{
    /// <summary>Rows for so many frames: ceil(frames / n).</summary>
    public static int CountRows(int frames, int n) => (int)(((long)frames + n - 1) / n);

    /// <summary>Stacks m neighbouring frames around every n-th frame; beyond the edges the first and the last frame are repeated.</summary>
    /// <remarks>No frame at the start is lost. At the end, 7/6 leaves out one frame when T mod 6 = 5 and two when it is 0, as the reference does.</remarks>
    /// <param name="frames">Fbank, row-major, shape [T, dim].</param>
    /// <param name="dim">Values of one frame.</param>
    /// <param name="m">Frames in a row (7 for Paraformer, 5 for FSMN-VAD).</param>
    /// <param name="n">Frames between rows (6 for Paraformer: 10 ms become 60 ms; 1 for FSMN-VAD).</param>
    /// <param name="rows">Receives shape [ceil(T / n), m * dim]; must have exactly that length.</param>
    public static void Stack(ReadOnlySpan<float> frames, int dim, int m, int n, Span<float> rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dim, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(m, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(frames.Length % dim, 0);
        int count = frames.Length / dim, left = (m - 1) / 2;
        int rowCount = CountRows(count, n);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length, rowCount * m * dim);

        for (int row = 0; row < rowCount; row++)
        {
            for (int k = 0; k < m; k++)
            {
                int source = Math.Clamp((row * n) + k - left, 0, count - 1);
                frames.Slice(source * dim, dim).CopyTo(rows[(((row * m) + k) * dim)..]);
            }
        }
    }
}
