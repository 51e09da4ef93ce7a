using System.Text;
using Parley.Audio;
using static Parley.Tests.Audio.AudioTesting;

namespace Parley.Tests.Audio;

/// <summary>Real files through the real ffmpeg.</summary>
[Trait("Group", "ffmpeg")]
public sealed class FfmpegReaderTests(AudioTesting files) : IClassFixture<AudioTesting>
{
    public static TheoryData<string, string> Lossy => new()
    {
        { "a.mp3", "" }, { "a.mp2", "" }, { "a.m4a", "" }, { "a.mp4", "" }, { "a.mov", "-c:a aac" }, { "a.3gp", "-c:a aac" }, { "a.aac", "" },
        { "a.ogg", "-c:a libvorbis" }, { "a.opus", "-c:a libopus" }, { "a.webm", "-c:a libopus" }, { "a.mka", "" }, { "a.ac3", "" },
        { "a.wma", "" }, { "a.avi", "" }, { "a.ts", "" }, { "a.mpg", "" }, { "a.flv", "-c:a aac" }, { "a.w64", "" }, { "adpcm.wav", "-c:a adpcm_ms" },
    };

    public static TheoryData<string, string> Lossless => new()
    {
        { "b.flac", "" }, { "b.wv", "" }, { "b.tta", "" }, { "b.aiff", "" }, { "b.caf", "" }, { "b.au", "" }, { "b.mkv", "-c:a flac" },
        { "b.m4a", "-c:a alac" }, { "b.mov", "-c:a pcm_s16le" },
    };

    [Theory]
    [MemberData(nameof(Lossy))]
    public void Sound_stands_at_its_time(string name, string arguments)
    {
        string path = files.Encode(name, WaveBytes.Tone(44_100, channels: 2), arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        float[] samples = ReadAll(path);

        int onset = Array.FindIndex(samples, sample => Math.Abs(sample) > 0.2f);
        onset.ShouldBeInRange(8000 - 960, 8000 + 960, name); // 60 ms
        samples.Length.ShouldBeInRange(40_000 - 1600, 40_000 + 3200, name);
        float[] steady = samples[12_000..36_000];
        Math.Sqrt(steady.Average(sample => (double)sample * sample)).ShouldBeInRange(0.33, 0.38, name); // 0.5 / sqrt 2
    }

    [Theory]
    [MemberData(nameof(Lossless))]
    public void Lossless_formats_give_the_samples_of_the_wave(string name, string arguments)
    {
        byte[] wave = WaveBytes.Tone(22_050, channels: 2);
        string path = files.Encode(name, wave, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        ReadAll(path).ShouldBe(ReadAll(wave));
    }

    [Fact]
    public void Channels_are_averaged_as_in_a_wave()
    {
        byte[] leftOnly = WaveBytes.Pcm16(16_000, 2, Enumerable.Range(0, 20_000).Select(i => (short)(int.IsEvenInteger(i) ? 8000 : 0)));
        string path = files.Encode("left.flac", leftOnly);
        ReadAll(path).ShouldAllBe(sample => sample == 4000 / 32_768f);
    }

    [Fact]
    public void Stream_that_cannot_seek_may_keep_its_index_at_the_end()
    {
        byte[] bytes = File.ReadAllBytes(files.Encode("pipe.m4a", WaveBytes.Tone(44_100)));
        bytes.AsSpan().IndexOf("moov"u8).ShouldBeGreaterThan(bytes.AsSpan().IndexOf("mdat"u8));
        ReadAll(bytes, seekable: false).Length.ShouldBeInRange(39_000, 42_000);
    }

    [Fact]
    public void Temporary_copies_are_deleted()
    {
        byte[] bytes = File.ReadAllBytes(files.Encode("copied.flac", WaveBytes.Tone(44_100)));
        string[] Copies() => Directory.GetFiles(Path.GetTempPath(), "parley-*.media");
        using (AudioSource source = AudioFile.Open(new PipeLike(bytes), "stdin", Options, CancellationToken.None))
        {
            source.Read(new float[100], CancellationToken.None).ShouldBeGreaterThan(0);
            string copy = Copies().Single(path => new FileInfo(path).Length == bytes.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes));
            if (!OperatingSystem.IsWindows())
                File.GetUnixFileMode(copy).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Copies().ShouldNotContain(path => new FileInfo(path).Length == bytes.Length);
    }

    [Theory]
    [InlineData("-i.mp3")]
    [InlineData("-version")]
    [InlineData("it's \"quoted\" $(touch x) ; & | %d %03d.mp3")]
    [InlineData("http:127.0.0.1.mp3")]
    [InlineData("concat:a|b.mp3")]
    [InlineData("line\nbreak\ttab.mp3")]
    [InlineData("会议 录音 é.mp3")]
    [InlineData("file:x.mp3")]
    public void Name_is_only_a_name(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names.");
        File.Copy(files.Encode("plain.mp3", WaveBytes.Tone(44_100)), files.At(name), overwrite: true);
        ReadAll(files.At(name)).Length.ShouldBeInRange(39_000, 42_000);
        // A name relative to the working directory is the same.
        ReadAll(Path.GetRelativePath(Environment.CurrentDirectory, files.At(name))).Length.ShouldBeInRange(39_000, 42_000);
    }

    [Theory]
    [InlineData("c.mp3", "")]
    [InlineData("c2.mp3", "-write_xing 0")]
    [InlineData("c.flac", "")]
    [InlineData("c.m4a", "")]
    [InlineData("cfast.m4a", "-movflags +faststart")]
    [InlineData("cfrag.mp4", "-movflags frag_keyframe+empty_moov")]
    [InlineData("c.ogg", "-c:a libvorbis")]
    [InlineData("c.opus", "-c:a libopus")]
    [InlineData("c.webm", "-c:a libopus")]
    [InlineData("c.mka", "")]
    [InlineData("c.aac", "")]
    [InlineData("c.wma", "")]
    [InlineData("c.aiff", "")]
    [InlineData("c.avi", "")]
    [InlineData("c.ts", "")]
    [InlineData("c.wv", "")]
    [InlineData("cadpcm.wav", "-c:a adpcm_ms")]
    public void Truncated_file_is_damaged(string name, string arguments)
    {
        byte[] whole = File.ReadAllBytes(files.Encode(name, Noise(4), arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        foreach (double part in new[] { 0.3, 0.777, 0.95 })
        {
            string path = files.Write("cut-" + name, whole[..(int)(whole.Length * part)]);
            AudioDecodeException error = Fails(AudioFault.Damaged, path);
            error.Message.ShouldContain("cut off");
        }
    }

    [Theory]
    [InlineData("d.mp3", "")]
    [InlineData("d.m4a", "")]
    [InlineData("d.flac", "")]
    [InlineData("d.ogg", "-c:a libvorbis")]
    [InlineData("d.webm", "-c:a libopus")]
    [InlineData("d.aac", "")]
    public void Damage_in_the_middle_is_damaged(string name, string arguments)
    {
        byte[] bytes = File.ReadAllBytes(files.Encode(name, Noise(4), arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        new Random(3).NextBytes(bytes.AsSpan(bytes.Length / 2, 2000));
        Fails(AudioFault.Damaged, files.Write("hurt-" + name, bytes));
    }

    [Fact]
    public void Video_gives_its_sound_at_its_time()
    {
        files.Encode("film.mp4", WaveBytes.Tone(44_100), "-f", "lavfi", "-i", "testsrc=d=2.5:s=64x64:r=10", "-c:v", "mpeg4");
        int onset = Array.FindIndex(ReadAll(files.At("film.mp4")), sample => Math.Abs(sample) > 0.2f);
        onset.ShouldBeInRange(8000 - 960, 8000 + 960);
    }

    [Fact]
    public void Late_sound_keeps_its_time()
    {
        files.Write("late.source.wav", WaveBytes.Tone(44_100));
        files.RunFfmpeg("-f", "lavfi", "-i", "testsrc=d=4:s=64x64:r=10", "-itsoffset", "1.5", "-i", "late.source.wav", "-c:v", "mpeg4", "-c:a", "aac", "late.mkv");
        int onset = Array.FindIndex(ReadAll(files.At("late.mkv")), sample => Math.Abs(sample) > 0.2f);
        onset.ShouldBeInRange(32_000 - 960, 32_000 + 960);
    }

    [Fact]
    public void Hour_long_gap_is_damage_and_no_flood()
    {
        files.Write("gap.source.wav", WaveBytes.Tone(44_100));
        files.RunFfmpeg("-f", "lavfi", "-i", "testsrc=d=1:s=64x64:r=10", "-itsoffset", "7200", "-i", "gap.source.wav", "-c:v", "mpeg4", "-c:a", "aac", "gap.mkv");
        Fails(AudioFault.Damaged, files.At("gap.mkv"));
    }

    [Fact]
    public void Video_without_sound_has_no_audio_stream()
    {
        files.RunFfmpeg("-f", "lavfi", "-i", "testsrc=d=1:s=64x64:r=10", "-c:v", "mpeg4", "silent.mp4");
        Fails(AudioFault.NoAudioStream, files.At("silent.mp4"));
    }

    [Fact]
    public void Picture_is_no_media()
    {
        files.RunFfmpeg("-f", "lavfi", "-i", "testsrc=d=1:s=64x64:r=1", "-frames:v", "1", "picture.png");
        Fails(AudioFault.NotMedia, files.At("picture.png"));
    }

    [Theory]
    [InlineData("random.mp3")]
    [InlineData("random.wav")]
    public void Noise_bytes_are_no_media(string name)
    {
        Ffmpeg();
        byte[] bytes = new byte[20_000];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(i * 31 % 113);
        Fails(AudioFault.NotMedia, files.Write(name, bytes));
    }

    [Fact]
    public void Container_cannot_make_ffmpeg_read_a_playlist()
    {
        Ffmpeg();
        // Binary before the list, so that only ffmpeg's own list of containers stands in its way.
        byte[] bytes = [.. "ID3"u8, 3, 0, 0, 0, 0, 0, 0, .. "ID3"u8, 3, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes("#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:1/x.ts\n")];
        Fails(AudioFault.Forbidden, files.Write("hidden.mp3", bytes));
    }

    [Fact]
    public void Limit_refuses_by_the_header_when_opened()
    {
        string path = files.Encode("long.flac", WaveBytes.Tone(16_000));
        AudioOptions options = new() { MaxDuration = TimeSpan.FromSeconds(1) };
        Should.Throw<AudioDecodeException>(() => AudioFile.Open(path, options, CancellationToken.None)).Fault.ShouldBe(AudioFault.TooLong);
    }

    [Fact]
    public void Limit_holds_where_no_length_is_stated()
    {
        files.Write("live.source.wav", WaveBytes.Tone(16_000));
        files.RunFfmpeg("-i", "live.source.wav", "-c:a", "libopus", "-live", "1", "-f", "webm", "live.webm");
        Fails(AudioFault.TooLong, files.At("live.webm"), new AudioOptions { MaxDuration = TimeSpan.FromSeconds(1) });
        ReadAll(files.At("live.webm"), new AudioOptions { MaxDuration = TimeSpan.FromSeconds(3) }).Length.ShouldBeGreaterThan(39_000);
    }

    [Fact]
    public void Duration_is_what_the_container_says()
    {
        using AudioSource source = AudioFile.Open(files.Encode("duration.flac", WaveBytes.Tone(16_000)), Options, CancellationToken.None);
        source.Duration.ShouldBe(TimeSpan.FromSeconds(2.5));
    }

    [Fact]
    public void Dispose_leaves_no_process()
    {
        string path = LongFile("disposed.flac");
        using (AudioSource source = AudioFile.Open(path, Options, CancellationToken.None))
        {
            source.Read(new float[100], CancellationToken.None).ShouldBe(100);
            IsNamedByAProcess(path).ShouldBeTrue();
        }

        IsNamedByAProcess(path).ShouldBeFalse();
    }

    [Fact]
    public void Cancellation_kills_the_process()
    {
        string path = LongFile("cancelled.flac");
        using CancellationTokenSource cancellation = new();
        using AudioSource source = AudioFile.Open(path, Options, cancellation.Token);
        source.Read(new float[100], cancellation.Token);
        cancellation.Cancel();
        Should.Throw<OperationCanceledException>(() =>
        {
            while (source.Read(new float[100_000], cancellation.Token) > 0)
            {
                // Until it notices.
            }
        });
        source.Dispose();
        IsNamedByAProcess(path).ShouldBeFalse();
        Should.Throw<OperationCanceledException>(() => AudioFile.Open(path, Options, cancellation.Token));
    }

    [Fact]
    public void Failure_leaves_no_process()
    {
        byte[] bytes = File.ReadAllBytes(LongFile("failed.mka"));
        string path = files.Write("cut-failed.mka", bytes[..(bytes.Length / 3)]);
        Fails(AudioFault.Damaged, path);
        IsNamedByAProcess(path).ShouldBeFalse();
    }

    [Fact]
    public void Changed_containers_fail_in_our_own_words_or_work()
    {
        Random random = new(11);
        foreach (string name in new[] { "f.mp3", "f.m4a", "f.ogg", "f.webm", "f.flac" })
        {
            byte[] good = File.ReadAllBytes(files.Encode(name, WaveBytes.Tone(16_000), name.EndsWith("webm", StringComparison.Ordinal) ? ["-c:a", "libopus"] : []));
            for (int i = 0; i < 4; i++)
            {
                byte[] bytes = [.. good];
                for (int change = 0; change < 40; change++)
                    bytes[random.Next(change < 20 ? Math.Min(300, bytes.Length) : bytes.Length)] = (byte)random.Next(256);
                try
                {
                    ReadAll(files.Write("changed-" + name, bytes)).ShouldAllBe(sample => float.IsFinite(sample));
                }
                catch (AudioDecodeException error)
                {
                    error.Message.ShouldContain("changed-" + name);
                }
            }
        }
    }

    private string LongFile(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks for the process in /proc.");
        return files.Encode(name, Noise(60));
    }

    // Does not compress to nothing, so that a part of the file is a part of the sound.
    private static byte[] Noise(int seconds)
    {
        Random random = new(5);
        return WaveBytes.Pcm16(22_050, 1, Enumerable.Range(0, seconds * 22_050).Select(n => (short)((8000 * Math.Sin(n * 0.09)) + random.Next(-6000, 6000))));
    }
}
