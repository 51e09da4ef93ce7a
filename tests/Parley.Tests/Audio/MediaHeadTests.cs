using System.Text;
using Parley.Audio;

namespace Parley.Tests.Audio;

public sealed class MediaHeadTests
{
    [Theory]
    [InlineData("#EXTM3U\n#EXT-X-VERSION:3\n")]
    [InlineData("\uFEFF#EXTM3U\n")]
    [InlineData("\r\n  #extm3u\n")]
    [InlineData("# my songs\nhttp://example.org/a.mp3\n")]
    [InlineData("ffconcat version 1.0\nfile '/etc/passwd'\n")]
    [InlineData("file '/etc/passwd'\n")]
    [InlineData("[playlist]\nFile1=http://example.org/a\n")]
    [InlineData("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=audio 5004 RTP/AVP 0\r\n")]
    [InlineData("<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>")]
    [InlineData("<asx version=\"3.0\"></asx>")]
    [InlineData("ID3\u0003\0\0\0\0\0\u0001x#EXTM3U\nhttp://example.org/a.ts\n")]
    public void From_knows_playlists(string text) => MediaHead.From(Encoding.UTF8.GetBytes(text)).Kind.ShouldBe(MediaKind.Playlist);

    [Theory]
    [InlineData("Hello, world.")]
    [InlineData("<!DOCTYPE html><html>see http://example.org</html>")]
    [InlineData("会议记录：今天")]
    [InlineData("value=3 is no session description")]
    [InlineData("1\n00:00:01,000 --> 00:00:02,000\nSubtitles\n")]
    [InlineData("#!/bin/sh\necho file: x\n")]
    public void From_knows_text(string text) => MediaHead.From(Encoding.UTF8.GetBytes(text)).Kind.ShouldBe(MediaKind.Text);

    [Fact]
    public void From_knows_signatures()
    {
        byte[] Head(int at, string signature) => [.. new byte[at], .. Encoding.Latin1.GetBytes(signature), .. new byte[16]];
        foreach (byte[] bytes in new[] { Head(4, "ftypM4A "), Head(0, "OggS"), Head(0, "fLaC"), Head(0, "\x1A\x45\xDF\xA3"), Head(0, "RIFF1234AVI "), Head(0, "FORM1234AIFF"), Head(0, "#!AMR\n") })
            MediaHead.From(bytes).Kind.ShouldBe(MediaKind.Known);
        MediaHead.From(WaveBytes.Pcm16(16_000, 1, 1)).Kind.ShouldBe(MediaKind.Wave);
        MediaHead.From([]).Kind.ShouldBe(MediaKind.Empty);
        MediaHead.From([0, 1, 2, 3]).Kind.ShouldBe(MediaKind.Unknown);
    }

    [Fact]
    public void Waves_of_other_codecs_are_not_ours()
    {
        MediaHead.From(new WaveBytes().Format(2, 1, 16_000, 4).Data([1, 2]).ToArray()).IsNativeWave.ShouldBeFalse();  // ADPCM
        MediaHead.From(new WaveBytes().Format(1, 1, 16_000, 64).Data(new byte[8]).ToArray()).IsNativeWave.ShouldBeFalse();
        MediaHead.From(new WaveBytes().Format(1, 1, 16_000, 16).Data([1, 2]).ToArray()).IsNativeWave.ShouldBeTrue();
    }
}
