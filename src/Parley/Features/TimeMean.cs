namespace Parley.Features;

/// <summary>Removes what stays the same over time (the colour of the microphone and the room), as CAM++ wants its features.</summary>
public static class TimeMean
{
    /// <summary>Subtracts from every value the mean of its column, in place.</summary>
    /// <param name="frames">Row-major, shape [T, dim].</param>
    /// <param name="dim">Values of one frame.</param>
    public static void Subtract(Span<float> frames, int dim)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dim, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(frames.Length % dim, 0);
        int count = frames.Length / dim;
        for (int column = 0; column < dim; column++)
        {
            double sum = 0;
            for (int i = column; i < frames.Length; i += dim)
                sum += frames[i];
            float mean = (float)(sum / count);
            for (int i = column; i < frames.Length; i += dim)
                frames[i] -= mean;
        }
    }
}
