using System.Text;
using Parley.Audio;

namespace Parley.Tests.Audio;

public sealed class FfmpegLogTests
{
    private const string Opening = """
        [mp3 @ 0x5581] [warning] Estimating duration from bitrate, this may be inaccurate
        [info] Input #0, mp3, from 'file:/a.mp3':
        [info]   Duration: 00:01:20.04, start: 0.025057, bitrate: 128 kb/s
        [info]   Stream #0:0: Audio: mp3, 44100 Hz, stereo, fltp, 128 kb/s
        [info] Stream mapping:
        [info]   Stream #0:0 -> #0:0 (mp3 (mp3float) -> pcm_f32le (native))
        [info] Output #0, wav, to 'pipe:1':
        [info]   Stream #0:0: Audio: pcm_f32le ([3][0][0][0] / 0x0003), 44100 Hz, stereo, flt, 2822 kb/s
        """;

    [Fact]
    public async Task Opening_tells_the_length()
    {
        FfmpegLog log = await ReadAsync(Opening);
        log.Opened.IsCompletedSuccessfully.ShouldBeTrue();
        log.Duration.ShouldBe(new TimeSpan(0, 0, 1, 20, 40));
        log.DurationIsReliable.ShouldBeFalse();
        log.Damage.ShouldBeNull();

        FfmpegLog exact = await ReadAsync(Opening[(Opening.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        exact.DurationIsReliable.ShouldBeTrue();
        exact.DurationIsOfSound.ShouldBeTrue();
    }

    [Theory]
    [InlineData("[error] Error while decoding stream #0:0: Invalid data found when processing input")]
    [InlineData("[aist#0:0/mp3 @ 0x1] [dec:mp3float @ 0x2] [error] Error submitting packet to decoder: Invalid data")]
    [InlineData("[mp3 @ 0x55] [error] File ended prematurely")]
    [InlineData("[warning] file:/a.ts: corrupt input packet in stream 0")]
    [InlineData("[mp3float @ 0x55] [error] CRC error at PTS 437760")]
    [InlineData("[Parsed_aresample_0 @ 0x56] [SWR @ 0x57] [error] Failed to compensate for timestamp delta of 7199.97")]
    public async Task Damage_is_seen(string line) => (await ReadAsync(Opening + "\n" + line + "\n")).Damage.ShouldNotBeNull();

    [Theory]
    [InlineData("[mp3float @ 0x55] [error] invalid new backstep -1")] // a decoder that helps itself
    [InlineData("[mp3float @ 0x55] [warning] Multiple frames in a packet.")]
    [InlineData("[info]     title           : [error] damaged")]
    public async Task Concealment_is_no_damage(string line) => (await ReadAsync(Opening + "\n" + line + "\n")).Damage.ShouldBeNull();

    [Fact]
    public async Task Errors_before_the_sound_is_chosen_are_no_damage()
        => (await ReadAsync("[h264 @ 0x1] [error] non-existing PPS 0 referenced\n" + Opening)).Damage.ShouldBeNull();

    [Fact]
    public async Task Flood_of_errors_is_kept_short()
    {
        FfmpegLog log = await ReadAsync(string.Concat(Enumerable.Repeat($"[error] {new string('x', 100_000)}\n", 100)));
        log.Errors.Count.ShouldBe(20);
        log.Errors.ShouldAllBe(error => error.Length <= 1000);
    }

    private static async Task<FfmpegLog> ReadAsync(string text)
    {
        FfmpegLog log = new();
        using StreamReader reader = new(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        await log.ReadAsync(reader);
        return log;
    }
}
