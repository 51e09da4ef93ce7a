using Parley.Cli.Terminals;
using Spectre.Console;

namespace Parley.Tests.Cli;

public sealed class ProgressTests
{
    [Fact]
    public void Estimate_follows_recognition_and_tells_the_time_left()
    {
        ProgressEstimate estimate = new(() => TimeSpan.FromSeconds(10));
        estimate.ToString().ShouldBe("0:00 done");
        Report(PipelineStage.Vad, 300, 400);
        estimate.ToString().ShouldBe("0 %, 0:00 of 6:40");
        Report(PipelineStage.Asr, 100, 400);
        estimate.ToString().ShouldBe("25 %, 1:40 of 6:40, about 0:30 left");
        Report(PipelineStage.Asr, 60, 400);
        estimate.Share.ShouldBe(0.25);
        Report(PipelineStage.Asr, 500, 400);
        estimate.Share.ShouldBe(1);

        void Report(PipelineStage stage, int done, int total)
            => estimate.Report(new TranscriptionProgress(stage, TimeSpan.FromSeconds(done), TimeSpan.FromSeconds(total)));
    }

    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(59.9, "0:59")]
    [InlineData(3599, "59:59")]
    [InlineData(3600, "1:00:00")]
    [InlineData(90_061, "25:01:01")]
    public void Clock_reads_like_a_player(double seconds, string expected) => ProgressEstimate.Clock(TimeSpan.FromSeconds(seconds)).ShouldBe(expected);

    [Fact]
    public async Task Lines_are_at_least_five_seconds_apart()
    {
        StoppedClock clock = new();
        List<string> lines = [];
        int answer = await new LineProgress(lines.Add, clock).TrackAsync("talk.wav", progress =>
        {
            for (int second = 1; second <= 12; second++)
            {
                clock.Seconds = second;
                progress.Report(new TranscriptionProgress(PipelineStage.Asr, TimeSpan.FromSeconds(second * 10), TimeSpan.FromSeconds(200)));
            }

            return Task.FromResult(42);
        });

        answer.ShouldBe(42);
        lines.ShouldBe(["talk.wav: 25 %, 0:50 of 3:20, about 0:15 left", "talk.wav: 50 %, 1:40 of 3:20, about 0:10 left"]);
    }

    [Fact]
    public async Task A_bar_takes_any_name_and_hands_on_result_and_error()
    {
        using StringWriter screen = new();
        BarProgress bar = new(AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(screen) }));

        int answer = await bar.TrackAsync("[red]odd[/] name.wav", progress =>
        {
            progress.Report(new TranscriptionProgress(PipelineStage.Audio, TimeSpan.FromSeconds(1), null));
            progress.Report(new TranscriptionProgress(PipelineStage.Asr, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));
            return Task.FromResult(42);
        });

        answer.ShouldBe(42);
        await Should.ThrowAsync<TimeoutException>(() => bar.TrackAsync<int>("x", _ => throw new TimeoutException()));
    }

    private sealed class StoppedClock : TimeProvider
    {
        public int Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
