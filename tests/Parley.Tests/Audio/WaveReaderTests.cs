using Parley.Audio;
using static Parley.Tests.Audio.AudioTesting;
using static Parley.Tests.Audio.WaveBytes;

namespace Parley.Tests.Audio;

public sealed class WaveReaderTests
{
    private static readonly byte[] Quarter16 = [0x00, 0x20, 0x00, 0x80, 0xFF, 0x7F]; // 0.25, -1, almost 1

    [Theory]
    [InlineData(8, new byte[] { 160, 0, 255 }, new[] { 0.25f, -1f, 127 / 128f })]
    [InlineData(16, new byte[] { 0, 0x20, 0, 0x80, 0xFF, 0x7F }, new[] { 0.25f, -1f, 32767 / 32768f })]
    [InlineData(24, new byte[] { 0, 0, 0x20, 0, 0, 0x80, 0xFF, 0xFF, 0x7F }, new[] { 0.25f, -1f, 8388607 / 8388608f })]
    [InlineData(32, new byte[] { 0, 0, 0, 0x20, 0, 0, 0, 0x80, 0, 0, 0, 0x40 }, new[] { 0.25f, -1f, 0.5f })]
    public void Pcm_is_scaled_to_one(int bits, byte[] data, float[] expected)
    {
        ReadAll(new WaveBytes().Format(1, 1, 16_000, bits).Data(data).ToArray()).ShouldBe(expected);
        ReadAll(new WaveBytes().Extensible(1, 1, 16_000, bits, bits - 4).Data(data).ToArray(), seekable: false).ShouldBe(expected);
    }

    [Fact]
    public void Floats_stay_and_nonsense_becomes_harmless()
    {
        float[] values = [0.25f, -1.5f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f];
        float[] expected = [0.25f, -1.5f, 0, 32_768, -32_768, 32_768];
        ReadAll(new WaveBytes().Format(3, 1, 16_000, 32).Data([.. values.SelectMany(BitConverter.GetBytes)]).ToArray()).ShouldBe(expected);
        ReadAll(new WaveBytes().Format(3, 1, 16_000, 64).Data([.. values.SelectMany(value => BitConverter.GetBytes((double)value))]).ToArray()).ShouldBe(expected);
    }

    [Theory]
    [InlineData(6, "alaw")]
    [InlineData(7, "mulaw")]
    public void Telephone_codes_match_ffmpeg(int tag, string codec)
    {
        using AudioTesting files = new();
        byte[] codes = [.. Enumerable.Range(0, 256).Select(code => (byte)code)];
        files.Write("codes.raw", codes);
        files.RunFfmpeg("-f", codec, "-ar", "16000", "-ac", "1", "-i", "codes.raw", "codes.wav");

        ReadAll(new WaveBytes().Format(tag, 1, 16_000, 8).Data(codes).ToArray()).ShouldBe(ReadAll(files.At("codes.wav")));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(17)]
    public void Channels_are_averaged(int channels)
    {
        short[] samples = [.. Enumerable.Range(0, channels * 1000).Select(i => (short)((i * 7919) % 20_000))];
        float[] expected = [.. samples.Chunk(channels).Select(frame => frame.Aggregate(0f, (sum, sample) => sum + (sample / 32_768f)) / channels)];
        ReadAll(Pcm16(16_000, channels, samples)).ShouldBe(expected);
    }

    [Fact]
    public void Chunks_around_the_data_are_skipped_with_their_padding()
    {
        byte[] wave = new WaveBytes().Chunk("LIST", [1, 2, 3]).Format(1, 1, 16_000, 16, extension: [0, 0]).Chunk("junk", [9])
            .Data(Quarter16).Chunk("LIST", [0, 0x20, 0, 0x20]).ToArray();
        ReadAll(wave).ShouldBe([0.25f, -1f, 32767 / 32768f]);
        ReadAll(wave, seekable: false).ShouldBe([0.25f, -1f, 32767 / 32768f]);
    }

    [Theory]
    [InlineData(0u, 0u)]                     // a recorder that was cut off
    [InlineData(36u, 0u)]                    // likewise, another header
    [InlineData(0xFFFF_FFFFu, 0xFFFF_FFFFu)] // ffmpeg into a pipe
    [InlineData(0x7FFF_F024u, 0x7FFF_F000u)] // sox into a pipe
    public void Streamed_files_end_where_they_end(uint riffSize, uint dataSize)
    {
        byte[] wave = new WaveBytes().RiffSize(riffSize).Format(1, 1, 16_000, 16).Data(Quarter16, dataSize).ToArray();
        ReadAll(wave).Length.ShouldBe(3);
        ReadAll(wave, seekable: false).Length.ShouldBe(3);
    }

    [Fact]
    public void Big_endian_files_are_turned()
    {
        byte[] wave = new WaveBytes().Id("RIFX").Extensible(1, 1, 16_000, 16, 16).Data([0x20, 0, 0xE0, 0]).ToArray();
        foreach ((int at, int length) in new[] { (4, 4), (16, 4), (20, 2), (22, 2), (24, 4), (28, 4), (32, 2), (34, 2), (36, 2), (38, 2), (40, 4), (44, 4), (50, 2), (64, 4) })
            Array.Reverse(wave, at, length);
        ReadAll(wave).ShouldBe([0.25f, -0.25f]);
        ReadAll(wave, seekable: false).ShouldBe([0.25f, -0.25f]);

        wave[21] = 2; // ADPCM
        Fault(wave).ShouldBe(AudioFault.NotMedia);
    }

    [Theory]
    [InlineData("RF64")]
    [InlineData("BW64")]
    public void Large_files_state_their_size_in_64_bits(string id)
    {
        byte[] ds64 = [.. U64(1000), .. U64(6), .. U64(3), .. U32(0)];
        WaveBytes wave = new WaveBytes().Id(id).RiffSize(uint.MaxValue).Chunk("ds64", ds64).Format(1, 1, 16_000, 16).Data([.. Quarter16, 9, 9], uint.MaxValue);
        ReadAll(wave.ToArray()).Length.ShouldBe(3);

        byte[] longer = [.. U64(1000), .. U64(60), .. U64(30), .. U32(0)];
        WaveBytes cut = new WaveBytes().Id(id).RiffSize(uint.MaxValue).Chunk("ds64", longer).Format(1, 1, 16_000, 16).Data(Quarter16, uint.MaxValue);
        Fault(cut.ToArray()).ShouldBe(AudioFault.Damaged);
    }

    [Fact]
    public void Truncated_file_is_damaged_and_the_message_says_by_how_much()
    {
        byte[] wave = Tone(16_000);
        foreach (bool seekable in new[] { true, false })
        {
            AudioDecodeException error = Should.Throw<AudioDecodeException>(() => ReadAll(wave[..(44 + 32_000)], seekable: seekable));
            error.Fault.ShouldBe(AudioFault.Damaged);
            error.Message.ShouldContain("00:00:02.5000000");
            error.Message.ShouldContain("00:00:01");
        }
    }

    [Fact]
    public void Truncated_file_is_refused_when_opened()
        => Should.Throw<AudioDecodeException>(() => AudioFile.Open(new MemoryStream(Tone(16_000)[..40_000]), "test", Options, CancellationToken.None));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void File_without_samples_is_empty(int bytes)
        => Fault(new WaveBytes().Format(1, 1, 16_000, 16).Data(new byte[bytes]).Chunk("LIST", [1, 2]).ToArray()).ShouldBe(AudioFault.Empty);

    [Fact]
    public void Contradictions_are_damaged()
    {
        byte[] good = Pcm16(16_000, 1, 1, 2, 3);
        Fault(Changed(good, 22, U16(0))).ShouldBe(AudioFault.Damaged);      // no channels
        Fault(Changed(good, 24, U32(999))).ShouldBe(AudioFault.Damaged);    // rate too low
        Fault(Changed(good, 24, U32(768_001))).ShouldBe(AudioFault.Damaged);
        Fault(Changed(good, 32, U16(3))).ShouldBe(AudioFault.Damaged);      // block of another size than its samples
        Fault(good[..30]).ShouldBe(AudioFault.Damaged);                     // ends in the header
        Fault(good[..36]).ShouldBe(AudioFault.Damaged);
        Fault(new WaveBytes().Data(Quarter16).ToArray()).ShouldBe(AudioFault.Damaged); // no format
        Fault(new WaveBytes().Chunk("fmt ", new byte[4]).Data(Quarter16).ToArray()).ShouldBe(AudioFault.Damaged);
    }

    [Fact]
    public void Half_a_block_at_the_end_is_left_out()
        => ReadAll(new WaveBytes().Format(1, 2, 16_000, 16).Data([.. Quarter16, 0, 0, 0, 0]).ToArray()).Length.ShouldBe(2);

    [Fact]
    public void Duration_comes_from_the_header()
    {
        using AudioSource source = AudioFile.Open(new PipeLike(Tone(44_100, channels: 2)), "test", Options, CancellationToken.None);
        source.Duration.ShouldBe(TimeSpan.FromSeconds(2.5));

        byte[] streamed = Changed(Tone(16_000), 40, U32(uint.MaxValue));
        using AudioSource pipe = AudioFile.Open(new PipeLike(streamed), "test", Options, CancellationToken.None);
        pipe.Duration.ShouldBeNull();
        using AudioSource file = AudioFile.Open(new MemoryStream(streamed), "test", Options, CancellationToken.None);
        file.Duration.ShouldBe(TimeSpan.FromSeconds(2.5));
    }

    internal static byte[] Changed(byte[] bytes, int at, byte[] patch)
    {
        byte[] changed = [.. bytes];
        patch.CopyTo(changed, at);
        return changed;
    }

    private static AudioFault Fault(byte[] bytes)
    {
        AudioFault fault = Should.Throw<AudioDecodeException>(() => ReadAll(bytes)).Fault;
        Should.Throw<AudioDecodeException>(() => ReadAll(bytes, seekable: false)).Fault.ShouldBe(fault);
        return fault;
    }
}
