using Parley.Audio;

namespace Parley.Cli.Devices;

/// <summary>The recordings that come with the program.</summary>
internal static class SampleAudio
{
    /// <summary>The conversation that benchmarks run on.</summary>
    public const string Conversation = "interview.wav";

    /// <summary>A few seconds of one speaker.</summary>
    public const string Short = "hello.wav";

    /// <summary>All of them, the shortest first.</summary>
    public static IReadOnlyList<string> All { get; } = [Short, "english.wav", "interview-heldout.wav", Conversation];

    private const int HeaderBytes = 44, BytesPerSecond = 2 * AudioClock.SampleRateHz;

    /// <summary>Full path of a sample: beside the program, or in the repository that it was built in.</summary>
    /// <exception cref="UsageException">It is not there.</exception>
    public static string Find(string name)
    {
        string beside = Path.Combine(AppContext.BaseDirectory, "samples", name);
        if (File.Exists(beside))
            return beside;
        for (DirectoryInfo? parent = new(AppContext.BaseDirectory); parent is not null; parent = parent.Parent)
        {
            string path = Path.Combine(parent.FullName, "samples", name);
            if (File.Exists(Path.Combine(parent.FullName, "Parley.slnx")) && File.Exists(path))
                return path;
        }

        throw new UsageException($"The sample recording {name} is not installed: there is no samples/{name} beside the program. Copy it there; parley bench also takes a recording of yours.");
    }

    /// <summary>Writes a sample again and again, up to a length.</summary>
    /// <param name="name">A sample: 16 kHz, mono, 16 bit, with the usual header of 44 bytes.</param>
    /// <param name="seconds">Length of the result.</param>
    /// <param name="path">The file to write.</param>
    public static void WriteRepeated(string name, int seconds, string path)
    {
        byte[] sample = File.ReadAllBytes(Find(name));
        int length = checked(seconds * BytesPerSecond);
        using FileStream stream = new(path, FileMode.Create, FileAccess.Write);
        using BinaryWriter writer = new(stream);
        writer.Write(sample, 0, 4);
        writer.Write(length + HeaderBytes - 8);
        writer.Write(sample, 8, HeaderBytes - 12);
        writer.Write(length);
        for (int written = 0; written < length;)
        {
            int count = Math.Min(sample.Length - HeaderBytes, length - written);
            writer.Write(sample, HeaderBytes, count);
            written += count;
        }
    }
}
