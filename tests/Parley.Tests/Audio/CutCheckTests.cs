using Parley.Audio;

namespace Parley.Tests.Audio;

public sealed class CutCheckTests
{
    [Fact]
    public void Whole_page_lacks_nothing_and_cut_page_says_what()
    {
        byte[] page = [.. "OggS"u8, 0, .. new byte[21], 2, 100, 50, .. new byte[150]];
        byte[] tail = [.. new byte[1000], .. page];
        CutCheck.MissingOfPage(tail).ShouldBe(0);
        CutCheck.MissingOfPage([.. tail, 1, 2, 3]).ShouldBe(0);
        CutCheck.MissingOfPage(tail.AsSpan(..^7)).ShouldBe(7);
        CutCheck.MissingOfPage(tail.AsSpan(0, 1010)).ShouldBe(17);
        CutCheck.MissingOfPage(tail.AsSpan(0, 1028)).ShouldBe(1);
        CutCheck.MissingOfPage(new byte[100]).ShouldBe(0);
    }

    [Fact]
    public void Whole_frames_lack_nothing_and_a_cut_frame_says_what()
    {
        // MPEG 1 layer III, 128 kbit/s, 44.1 kHz, no padding: 417 bytes.
        byte[] frame = [0xFF, 0xFB, 0x90, 0x00, .. new byte[413]];
        byte[] tail = [.. new byte[33], .. Enumerable.Repeat(frame, 5).SelectMany(bytes => bytes)];
        CutCheck.MissingOfFrame(tail).ShouldBe(0);
        CutCheck.MissingOfFrame(tail.AsSpan(..^10)).ShouldBe(10);
        CutCheck.MissingOfFrame([.. tail, .. "LYRICSBEGIN"u8]).ShouldBe(0);
        CutCheck.MissingOfFrame(new byte[5000]).ShouldBe(0);
    }

    [Fact]
    public void Headers_that_state_a_length_are_believed()
    {
        byte[] asf = [0x30, 0x26, 0xB2, 0x75, .. new byte[26], 0xA1, 0xDC, 0xAB, 0x8C, 0x47, 0xA9, 0xCF, 0x11, 0x8E, 0xE4, 0, 0xC0, 0x0C, 0x20, 0x53, 0x65, .. new byte[24], 0x10, 0x27, .. new byte[60]];
        CutCheck.StatedLength(asf).ShouldBe(10_000);
        asf[30 + 88] = 1;
        CutCheck.StatedLength(asf).ShouldBeNull("a broadcast knows no length");
        CutCheck.StatedLength([.. "RIFF"u8, 0xE8, 3, 0, 0, .. "AVI "u8]).ShouldBe(1008);
        CutCheck.StatedLength([.. "FORM"u8, 0, 0, 3, 0xE8, .. "AIFF"u8]).ShouldBe(1008);
        CutCheck.StatedLength([.. "RIFF"u8, 0, 0, 0, 0, .. "AVI "u8]).ShouldBeNull();
        CutCheck.StatedLength("OggS"u8).ShouldBeNull();
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFB, 0x92, 0x00, 0, 0 }, 418)]        // layer III with padding
    [InlineData(new byte[] { 0xFF, 0xF3, 0x80, 0x00, 0, 0 }, 208)]        // MPEG 2 layer III, 64 kbit/s, 22.05 kHz
    [InlineData(new byte[] { 0xFF, 0xFD, 0xC4, 0x00, 0, 0 }, 768)]        // layer II, 256 kbit/s, 48 kHz
    [InlineData(new byte[] { 0xFF, 0xF1, 0x50, 0x80, 0x2E, 0x7F }, 371)] // ADTS
    public void TryParse_knows_the_length(byte[] header, int length)
    {
        MpegFrame.TryParse(header, out MpegFrame frame).ShouldBeTrue();
        frame.Length.ShouldBe(length);
    }
}
