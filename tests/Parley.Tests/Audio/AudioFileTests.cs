using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Parley.Audio;
using static Parley.Tests.Audio.AudioTesting;

namespace Parley.Tests.Audio;

/// <summary>What needs no ffmpeg.</summary>
public sealed class AudioFileTests(AudioTesting files) : IClassFixture<AudioTesting>
{
    private static readonly AudioOptions NoFfmpeg = new() { FfmpegPath = "/nowhere/ffmpeg" };

    [Fact]
    public void Missing_file_is_not_found() => Fails(AudioFault.NotFound, files.At("nobody.wav"));

    [Fact]
    public void Directory_is_not_found() => Fails(AudioFault.NotFound, files.Folder).Message.ShouldContain("directory");

    [Theory]
    [InlineData("empty.wav")]
    [InlineData("empty.mp3")]
    public void No_bytes_are_empty(string name) => Fails(AudioFault.Empty, files.Write(name, []));

    [Theory]
    [InlineData("notes.wav")]
    [InlineData("notes.mp3")]
    public void Text_is_no_media(string name) => Fails(AudioFault.NotMedia, files.Write(name, "Nothing to hear here."u8.ToArray()), NoFfmpeg);

    [Theory]
    [InlineData("list.m3u8")]
    [InlineData("list.wav")]
    [InlineData("list.mp4")]
    public void Playlist_is_forbidden_whatever_its_name(string name)
        => Fails(AudioFault.Forbidden, files.Write(name, "#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:1/secret.ts\n"u8.ToArray()), NoFfmpeg);

    [Fact]
    public void Missing_decoder_is_named_with_the_way_to_get_it()
    {
        string path = files.Write("song.flac", "fLaC\0\0\0\0"u8.ToArray());
        AudioDecodeException error = Fails(AudioFault.DecoderMissing, path, NoFfmpeg);
        error.Message.ShouldContain("/nowhere/ffmpeg");
        error.Message.ShouldContain("nstall");
        using PipeLike pipe = new("fLaC\0\0\0\0"u8.ToArray());
        Should.Throw<AudioDecodeException>(() => AudioFile.Open(pipe, "stdin", NoFfmpeg, CancellationToken.None)).Fault.ShouldBe(AudioFault.DecoderMissing);
    }

    [Fact]
    public void Program_that_does_not_start_is_missing()
    {
        string program = files.Write("not-a-program", [1, 2, 3]);
        Fails(AudioFault.DecoderMissing, files.Write("other.flac", "fLaC\0\0\0\0"u8.ToArray()), new AudioOptions { FfmpegPath = program });
    }

    [Fact]
    public void Wave_needs_no_ffmpeg() => ReadAll(files.Write("tone.wav", WaveBytes.Tone(16_000)), NoFfmpeg).Length.ShouldBe(40_000);

    [Theory]
    [InlineData(16_000)]
    [InlineData(44_100)]
    public void Limit_is_kept_to_the_sample(int rate)
    {
        byte[] wave = WaveBytes.Tone(rate);
        ReadAll(wave, new AudioOptions { MaxDuration = TimeSpan.FromSeconds(2.5) }).Length.ShouldBe(40_000);
        Should.Throw<AudioDecodeException>(() => ReadAll(wave, new AudioOptions { MaxDuration = TimeSpan.FromSeconds(2.4999) })).Fault.ShouldBe(AudioFault.TooLong);
    }

    [Fact]
    public void Limit_refuses_by_the_header_when_opened()
    {
        AudioOptions options = new() { MaxDuration = TimeSpan.FromSeconds(1) };
        Should.Throw<AudioDecodeException>(() => AudioFile.Open(new MemoryStream(WaveBytes.Tone(16_000)), "test", options, CancellationToken.None)).Fault.ShouldBe(AudioFault.TooLong);
    }

    [Fact]
    public void Limit_holds_for_streams_without_a_length()
    {
        byte[] streamed = WaveReaderTests.Changed(WaveBytes.Tone(16_000), 40, WaveBytes.U32(uint.MaxValue));
        Should.Throw<AudioDecodeException>(() => ReadAll(streamed, new AudioOptions { MaxDuration = TimeSpan.FromSeconds(1) }, seekable: false)).Fault.ShouldBe(AudioFault.TooLong);
    }

    [Fact]
    public void Stream_is_read_from_where_it_stands_and_stays_open()
    {
        using MemoryStream stream = new([1, 2, 3, .. WaveBytes.Tone(16_000)]) { Position = 3 };
        using (AudioSource source = AudioFile.Open(stream, "test", Options, CancellationToken.None))
            ReadAll(source).Length.ShouldBe(40_000);
        stream.CanRead.ShouldBeTrue();
    }

    [Fact]
    public void Blocks_of_any_size_give_the_same_samples()
    {
        byte[] wave = WaveBytes.Tone(44_100, channels: 2);
        float[] whole = ReadAll(wave);
        foreach (int block in new[] { 1, 160, 100_000 })
        {
            using AudioSource source = AudioFile.Open(new MemoryStream(wave), "test", Options, CancellationToken.None);
            ReadAll(source, block).ShouldBe(whole);
        }
    }

    [Fact]
    public void Cancelled_read_is_cancelled()
    {
        using CancellationTokenSource cancellation = new();
        using AudioSource source = AudioFile.Open(new MemoryStream(WaveBytes.Tone(16_000)), "test", Options, cancellation.Token);
        cancellation.Cancel();
        Should.Throw<OperationCanceledException>(() => source.Read(new float[10], cancellation.Token));
    }

    [Fact]
    public void File_is_free_after_a_failure()
    {
        string path = files.Write("cut.wav", WaveBytes.Tone(16_000)[..1000]);
        Fails(AudioFault.Damaged, path);
        File.Delete(path);
        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public void Changed_headers_fail_in_our_own_words_or_work()
    {
        byte[] good = new WaveBytes().Chunk("LIST", [1, 2, 3]).Extensible(1, 2, 22_050, 16, 16).Data(new byte[4000]).ToArray();
        Gen<(int At, byte Value)> changes = Gen.Choose(0, 90).SelectMany(at => Gen.Choose(0, 255).Select(value => (at, (byte)value)));
        Prop.ForAll(changes.ArrayOf(3).Zip(Gen.Choose(0, good.Length)).ToArbitrary(), drawn =>
        {
            byte[] bytes = [.. good];
            foreach ((int at, byte value) in drawn.Item1)
                bytes[at] = value;
            foreach (byte[] file in new[] { bytes, bytes[..drawn.Item2] })
            {
                OnlyOurErrors(file, seekable: true);
                OnlyOurErrors(file, seekable: false);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Random_bytes_fail_in_our_own_words()
    {
        string[] heads = ["", "RIFF\0\0\0\0WAVE", "RIFF\0\0\0\0WAVEfmt \u0010\0\0\0", "RF64\u00ff\u00ff\u00ff\u00ffWAVEds64\u001c\0\0\0", "OggS", "ID3", "\u00ff\u00fb\u0090"];
        Random random = new(7);
        for (int i = 0; i < 500; i++)
        {
            byte[] bytes = new byte[random.Next(3000)];
            random.NextBytes(bytes);
            OnlyOurErrors([.. Encoding.Latin1.GetBytes(heads[i % heads.Length]), .. bytes], seekable: i % 2 == 0);
        }
    }

    private static void OnlyOurErrors(byte[] bytes, bool seekable)
    {
        try
        {
            ReadAll(bytes, NoFfmpeg, seekable).ShouldAllBe(sample => float.IsFinite(sample));
        }
        catch (AudioDecodeException error)
        {
            error.Message.ShouldNotBeEmpty();
        }
    }
}
