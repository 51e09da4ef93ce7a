using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Telemetry.Logs;

namespace Parley.Server.Tests.Telemetry;

public sealed class LogTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lines_go_to_console_and_file_errors_to_their_own_and_jobs_are_named()
    {
        using StringWriter console = new();
        using (ServerLogging logging = ServerLogging.Create(new LoggingOptions { LogDir = _folder.Root }, console, TimeProvider.System))
        {
            ILogger logger = logging.Loggers.CreateLogger("Parley.Server.Jobs.JobService");
            using (logger.BeginScope("job {JobId}", "5c1f"))
                logger.LogInformation("started {What}", "work");
            logger.LogError(new InvalidOperationException("boom"), "failed");
            logger.LogDebug("invisible");
            logging.SetLevel("DEBUG");
            logger.LogDebug("visible");
            logger.LogWarning("forged {Name}", "a\n2026-01-01 00:00:00.000 [INF] all is well\u001b[2J");
            logging.Loggers.CreateLogger("Microsoft.AspNetCore.X").LogInformation("every request");
        }

        string[] lines = File.ReadAllLines(_folder["funasr_server.log"]);
        lines[0].ShouldMatch(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \[INF\] Server\.Jobs\.JobService: \[job 5c1f\] started work$");
        lines[1].ShouldEndWith("[ERR] Server.Jobs.JobService: failed");
        lines[2].ShouldContain("InvalidOperationException: boom");
        lines[3].ShouldEndWith("[DBG] Server.Jobs.JobService: visible");
        lines[4].ShouldEndWith("[WRN] Server.Jobs.JobService: forged a 2026-01-01 00:00:00.000 [INF] all is well [2J");
        lines.Length.ShouldBe(5);
        console.ToString().ReplaceLineEndings("\n").ShouldBe(string.Join('\n', lines) + "\n");
        File.ReadAllLines(_folder["error.log"]).ShouldBe(lines[1..3]);
    }

    [Fact]
    public void Full_file_is_renamed_and_old_ones_are_deleted()
    {
        string old = _folder.Write("x.2020-01-01_00-00-00_000.log", "old"), other = _folder.Write("xy.log", "not ours"), young = _folder.Write("x.2026-01-01_00-00-00_000.log", "young");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-8));
        using (RotatingFile file = new(_folder["x.log"], new LineFormatter("{Message:lj}{NewLine}"), 100, TimeSpan.FromDays(7), TimeProvider.System))
        {
            File.Exists(old).ShouldBeFalse();
            using Serilog.Core.Logger logger = new Serilog.LoggerConfiguration().WriteTo.Sink(file).CreateLogger();
            for (int i = 0; i < 12; i++)
                logger.Information("{Line}", new string('a', 20));
        }

        File.Exists(other).ShouldBeTrue();
        File.Exists(young).ShouldBeTrue();
        string[] parts = [.. Directory.GetFiles(_folder.Root, "x*.log").Where(path => path != other && path != young)];
        parts.Length.ShouldBe(3);
        parts.Sum(path => File.ReadAllLines(path).Length).ShouldBe(12);
        File.ReadAllLines(_folder["x.log"]).Length.ShouldBeLessThan(6);
    }

    [Theory]
    [InlineData(null, LogPattern.Default)]
    [InlineData("{time} | {level} | {message}", "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} | {Level:u3} | {Job}{Message:lj}{NewLine}{Exception}")]
    [InlineData("<green>{time:YYYY-MM-DD HH:mm:ss.SSS}</green> <level>{level: <8}</level> {name}:{function}:{line} - {message}",
        "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level,-8} {Room}:: - {Job}{Message:lj}{NewLine}{Exception}")]
    public void Patterns_of_the_seeds_are_understood(string? pattern, string expected) => LogPattern.Translate(pattern).ShouldBe(expected);
}
