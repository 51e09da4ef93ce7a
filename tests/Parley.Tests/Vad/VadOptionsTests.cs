using Parley.Vad;

namespace Parley.Tests.Vad;

public sealed class VadOptionsTests
{
    [Fact]
    public void Presets_are_valid()
    {
        VadOptions.Classic.ThrowIfInvalid();
        VadOptions.Dynamic.ThrowIfInvalid();
        (VadOptions.Dynamic with { SilenceSchedule = VadOptions.StreamingSchedule }).ThrowIfInvalid();
    }

    [Fact]
    public void Classic_is_what_the_model_was_released_with()
        => (VadOptions.Classic.MaxEndSilenceMs, VadOptions.Classic.SpeechNoiseThreshold, VadOptions.Classic.MaxSegmentMs).ShouldBe((800, 0.6, 60_000));

    [Fact]
    public void All_findings_come_at_once()
    {
        VadOptions options = new() { MaxSegmentMs = 1, SilenceToSpeechMs = 300, SpeechToSilenceMs = 250, MaxEndSilenceMs = 100, SilenceColumns = [-1] };

        string message = Should.Throw<ArgumentException>(options.ThrowIfInvalid).Message;

        message.ShouldContain(nameof(VadOptions.MaxSegmentMs));
        message = Should.Throw<ArgumentException>((options with { MaxSegmentMs = 60_000 }).ThrowIfInvalid).Message;
        message.ShouldContain("Vad:SilenceToSpeechMs (300)");
        message.ShouldContain("Vad:SpeechToSilenceMs (250)");
        message.ShouldContain("Vad:MaxEndSilenceMs (100)");
        message.ShouldContain("Vad:SilenceColumns");
    }

    [Fact]
    public void A_schedule_must_rise_and_have_no_last_limit()
    {
        Invalid([]);
        Invalid([new(1000, 800)]);
        Invalid([new(2000, 800), new(1000, 400), new(int.MaxValue, 100)]);
        Invalid([new(int.MaxValue, -1)]);

        static void Invalid(SilenceStep[] schedule)
            => Should.Throw<ArgumentException>((VadOptions.Dynamic with { SilenceSchedule = schedule }).ThrowIfInvalid).Message.ShouldContain("SilenceSchedule");
    }
}
