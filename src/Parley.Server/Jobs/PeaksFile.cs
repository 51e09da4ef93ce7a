using Parley.Audio;

namespace Parley.Server.Jobs;

/// <summary>A waveform as a small file: a mark, the duration in ticks, and the peaks as floats, little-endian.</summary>
internal static class PeaksFile
{
    private const int Mark = 0x314B5050; // PPK1

    public static void Write(string path, Waveform waveform)
    {
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        using BinaryWriter writer = new(file);
        writer.Write(Mark);
        writer.Write(waveform.Duration.Ticks);
        writer.Write(waveform.Peaks.Count);
        foreach (float peak in waveform.Peaks)
            writer.Write(peak);
    }

    /// <summary>Null when there is none, or it is damaged: it is measured again.</summary>
    public static Waveform? TryRead(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            using BinaryReader reader = new(file);
            if (reader.ReadInt32() != Mark)
                return null;
            TimeSpan duration = TimeSpan.FromTicks(reader.ReadInt64());
            int count = reader.ReadInt32();
            if (count is < 0 or > Waveform.MaxPeaks || duration < TimeSpan.Zero)
                return null;
            float[] peaks = new float[count];
            for (int i = 0; i < count; i++)
                peaks[i] = reader.ReadSingle();
            return peaks.All(peak => peak is >= 0 and <= 1) ? new Waveform(duration, peaks) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
