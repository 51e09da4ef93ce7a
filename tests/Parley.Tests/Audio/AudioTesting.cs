using System.Diagnostics;
using Parley.Audio;

namespace Parley.Tests.Audio;

/// <summary>A directory of its own for one test class, and what is done with files in it.</summary>
public sealed class AudioTesting : IDisposable
{
    public static AudioOptions Options { get; } = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("parley-audio-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public string At(string name) => Path.Combine(Folder, name);

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(At(name), bytes);
        return At(name);
    }

    /// <summary>Full path of ffmpeg; skips the running test when it is not installed.</summary>
    public static string Ffmpeg()
    {
        string? path = FfmpegLocator.Find(Options);
        Assert.SkipWhen(path is null, "ffmpeg is not installed; it makes the inputs of this test and decodes them.");
        return path!;
    }

    /// <summary>Runs ffmpeg to make an input.</summary>
    public void RunFfmpeg(params IEnumerable<string> arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Ffmpeg(), ["-v", "error", "-nostdin", "-y", .. arguments])
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, error);
    }

    /// <summary>The file, encoded from a WAV; kept for the other tests of the class.</summary>
    public string Encode(string name, byte[] wave, params IEnumerable<string> arguments)
    {
        if (!File.Exists(At(name)))
        {
            Write(name + ".source.wav", wave);
            RunFfmpeg(["-i", name + ".source.wav", .. arguments, name]);
        }

        return At(name);
    }

    public static float[] ReadAll(string path, AudioOptions? options = null)
    {
        using AudioSource source = AudioFile.Open(path, options ?? Options, CancellationToken.None);
        return ReadAll(source);
    }

    public static float[] ReadAll(byte[] bytes, AudioOptions? options = null, bool seekable = true)
    {
        using Stream stream = seekable ? new MemoryStream(bytes) : new PipeLike(bytes);
        using AudioSource source = AudioFile.Open(stream, "test", options ?? Options, CancellationToken.None);
        return ReadAll(source);
    }

    public static float[] ReadAll(AudioSource source, int blockSamples = 5000)
    {
        List<float> samples = [];
        float[] block = new float[blockSamples];
        for (int read; (read = source.Read(block, CancellationToken.None)) > 0;)
            samples.AddRange(block.AsSpan(0, read));
        source.Read(block, CancellationToken.None).ShouldBe(0, "the end stays the end");
        return [.. samples];
    }

    public static AudioDecodeException Fails(AudioFault fault, string path, AudioOptions? options = null)
    {
        AudioDecodeException error = Should.Throw<AudioDecodeException>(() => ReadAll(path, options), path);
        error.Fault.ShouldBe(fault, error.Message);
        error.Message.ShouldContain(Path.GetFileName(path));
        return error;
    }

    /// <summary>Whether a process other than this one has the text in its command line (Linux only).</summary>
    public static bool IsNamedByAProcess(string text)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out int id) && id != Environment.ProcessId))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(folder, "cmdline")).Contains(text, StringComparison.Ordinal))
                    return true;
            }
            catch (IOException)
            {
                // It ended while we looked.
            }
        }

        return false;
    }

    /// <summary>A stream that cannot seek and gives a few bytes at a time, like a pipe.</summary>
    public sealed class PipeLike(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1013));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1013)]);
    }
}
