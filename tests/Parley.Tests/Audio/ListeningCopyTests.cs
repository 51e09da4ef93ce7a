using System.Text;
using Parley.Audio;
using static Parley.Tests.Audio.AudioTesting;

namespace Parley.Tests.Audio;

/// <summary>Real files through the real ffmpeg.</summary>
[Trait("Group", "ffmpeg")]
public sealed class ListeningCopyTests(AudioTesting files) : IClassFixture<AudioTesting>
{
    [Theory]
    [InlineData("p.mp3", "", "audio/mpeg")]
    [InlineData("p.m4a", "", "audio/mp4")]
    [InlineData("p.flac", "", "audio/flac")]
    [InlineData("p.ogg", "-c:a libvorbis", "audio/ogg")]
    [InlineData("p.webm", "-c:a libopus", "audio/webm")]
    [InlineData("p.mp4", "-f lavfi -i color=s=16x16:d=2 -c:v libx264 -map 1:v -map 0:a", "video/mp4")]
    [InlineData("alac.m4a", "-c:a alac", null)]
    [InlineData("h263.mp4", "-f lavfi -i color=s=128x96:d=2 -c:v mpeg4 -map 1:v -map 0:a", null)]
    [InlineData("p.mov", "-c:a aac", null)]
    [InlineData("p.mkv", "-c:a libopus", null)]
    [InlineData("p.avi", "", null)]
    [InlineData("adpcm.wav", "-c:a adpcm_ms", null)]
    public async Task Contents_say_whether_browsers_play_a_recording(string name, string arguments, string? expected)
    {
        string path = files.Encode(name, WaveBytes.Tone(44_100), arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        string disguised = files.At(name + ".html");
        File.Copy(path, disguised, overwrite: true);
        (await ListeningCopy.PlayableTypeAsync(disguised, "x.html", Options, CancellationToken.None)).ShouldBe(expected);
    }

    [Fact]
    public async Task Waves_need_no_ffmpeg_to_be_known()
    {
        AudioOptions without = new() { FfmpegPath = "/nowhere/ffmpeg" };
        string plain = files.Write("plain.bin", WaveBytes.Pcm16(16_000, 1, 1, 2, 3)), big = files.Write("big.bin", [.. "RIFX"u8, .. WaveBytes.Pcm16(16_000, 1, 1).AsSpan(4)]);
        (await ListeningCopy.PlayableTypeAsync(plain, "x", without, CancellationToken.None)).ShouldBe("audio/wav");
        (await ListeningCopy.PlayableTypeAsync(big, "x", without, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Copy_has_the_sound_and_its_index_at_the_start()
    {
        string path = files.Encode("c.avi", WaveBytes.Tone(44_100, channels: 2)), copy = files.At("c.copy");
        await ListeningCopy.WriteAsync(path, "c.avi", copy, Options, CancellationToken.None);
        (await ListeningCopy.PlayableTypeAsync(copy, "c", Options, CancellationToken.None)).ShouldBe(ListeningCopy.MediaType);
        byte[] bytes = File.ReadAllBytes(copy);
        bytes.AsSpan().IndexOf("moov"u8).ShouldBeLessThan(bytes.AsSpan().IndexOf("mdat"u8));
        float[] heard = ReadAll(copy), original = ReadAll(path);
        heard.Length.ShouldBeInRange(original.Length - 2000, original.Length + 4000);
        Math.Sqrt(heard[12_000..36_000].Average(sample => (double)sample * sample)).ShouldBeInRange(0.33, 0.38);
    }

    [Fact]
    public async Task What_is_no_recording_leaves_nothing_behind()
    {
        string html = files.Write("page.wav", Encoding.UTF8.GetBytes("<!DOCTYPE html><script>alert(1)</script>")), copy = files.At("no.copy");
        (await Should.ThrowAsync<AudioDecodeException>(() => ListeningCopy.PlayableTypeAsync(html, "page.wav", Options, CancellationToken.None))).Fault.ShouldBe(AudioFault.NotMedia);
        string noise = files.Write("noise.avi", [.. "RIFF1234AVI "u8, .. new byte[5000]]);
        AudioDecodeException error = await Should.ThrowAsync<AudioDecodeException>(() => ListeningCopy.WriteAsync(noise, "noise.avi", copy, Options, CancellationToken.None));
        error.Message.ShouldNotContain(files.Folder);
        File.Exists(copy).ShouldBeFalse();
    }

    [Fact]
    public void Waveform_has_the_loudest_sample_of_each_stretch_whatever_the_length()
    {
        short[] samples = [.. Enumerable.Range(0, 200_000).Select(i => (short)(i < 100_000 ? 0 : i == 150_000 ? -32_768 : 8192))];
        using AudioSource audio = AudioFile.Open(files.Write("w.wav", WaveBytes.Pcm16(16_000, 1, samples)), Options, CancellationToken.None);
        Waveform waveform = Waveform.Measure(audio, CancellationToken.None);
        waveform.Duration.ShouldBe(TimeSpan.FromSeconds(12.5));
        waveform.Peaks.Count.ShouldBeInRange(Waveform.MaxPeaks / 2, Waveform.MaxPeaks);
        waveform.AtMost(4).Peaks.ShouldBe([0, 0, 0.25f, 1], 0.001f);
        waveform.AtMost(1).Peaks.ShouldBe([1]);
        waveform.AtMost(100_000).ShouldBeSameAs(waveform);
    }
}
