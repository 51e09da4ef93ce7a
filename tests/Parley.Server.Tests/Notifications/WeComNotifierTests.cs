using Parley.Server.Configuration;
using Parley.Server.Notifications;

namespace Parley.Server.Tests.Notifications;

public sealed class WeComNotifierTests : IDisposable
{
    private static readonly TimeSpan NoPause = TimeSpan.FromMilliseconds(1);

    private readonly ListLoggers _loggers = new();

    public void Dispose() => _loggers.Dispose();

    [Fact]
    public async Task Messages_are_texts_with_title_machine_and_facts()
    {
        await using StandInRobot robot = await StandInRobot.StartAsync();
        Guid job = Guid.NewGuid();
        await using (WeComNotifier notifier = Notifier(robot))
        {
            notifier.Notify(new Notice.ServerStarted("127.0.0.1:8767", 2, true));
            notifier.Notify(new Notice.JobCompleted(job, "会议\n\"a\".m4a", 31_457_280, 12.345, 600, 3, 42));
            notifier.Notify(new Notice.JobFailed(job, "b.wav", "音频时长过短", 2));
            notifier.Notify(new Notice.ServerStopped(true));
        }

        robot.Texts.Count.ShouldBe(4);
        robot.Texts[0].ShouldStartWith("🚀 FunASR 转录服务器已启动\n\n设备: box (10.0.0.1)\n服务地址: 127.0.0.1:8767\n最大并发: 2\n认证: 已启用\n时间: ");
        robot.Texts[1].ShouldStartWith($"✅ 转录任务完成\n\n设备: box (10.0.0.1)\n任务ID: {job}\n文件名: 会议 \"a\".m4a\n文件大小: 30.00 MB\n处理时间: 12.3");
        robot.Texts[1].ShouldContain("音频时长: 600.00 秒\n说话人数: 3\n片段数: 42\n时间: ");
        robot.Texts[2].ShouldContain("错误信息: 音频时长过短\n重试次数: 2");
        robot.Texts[3].ShouldStartWith("🛑");
    }

    [Fact]
    public async Task Every_kind_of_failure_is_tried_again()
    {
        await using StandInRobot robot = await StandInRobot.StartAsync("status", "errcode", "nonsense", "drop", "stall");
        await using WeComNotifier notifier = Notifier(robot, attempts: 6);

        notifier.Notify(new Notice.ServerStopped(true));

        await Until.TrueAsync(() => notifier.Counts == (1, 0, 0), () => _loggers.Text);
        robot.Texts.Count.ShouldBe(6);
        foreach (string reason in new[] { "status 500", "errcode 45009", "no JSON", "connection failed", "no answer in time" })
            _loggers.Text.ShouldContain(reason);
        _loggers.Text.ShouldNotContain(StandInRobot.Key);
    }

    [Fact]
    public async Task Robot_that_never_answers_well_costs_a_line_in_the_log_and_the_next_message_goes_out()
    {
        await using StandInRobot robot = await StandInRobot.StartAsync("status", "status", "ok");
        await using (WeComNotifier notifier = Notifier(robot, attempts: 2))
        {
            notifier.Notify(new Notice.ServerStopped(true));
            notifier.Notify(new Notice.WorkerLost(1, "killed"));
            await Until.TrueAsync(() => notifier.Counts == (1, 1, 0), () => _loggers.Text);
        }

        _loggers.Lines.ShouldContain(line => line.Id == 8003 && line.Text.Contains("status 500"));
        robot.Texts[^1].ShouldStartWith("🟠");
    }

    [Fact]
    public async Task Nobody_at_the_address_holds_up_nobody()
    {
        using System.Net.Sockets.TcpListener silent = new(System.Net.IPAddress.Loopback, 0);
        silent.Start(); // takes connections, never answers
        WeComNotifier notifier = new(() => Options($"http://{silent.LocalEndpoint}/?key={StandInRobot.Key}", attempts: 1, timeoutSeconds: 1), "box", _loggers, TimeProvider.System, NoPause);

        for (int i = 0; i < 1000; i++)
            notifier.Notify(new Notice.ServerStopped(true));

        notifier.Counts.Dropped.ShouldBeGreaterThanOrEqualTo(1000 - 256 - 1);
        _loggers.Lines.Count(line => line.Id == 8004).ShouldBeInRange(1, 12);
        silent.Stop();
        await notifier.DisposeAsync();
        _loggers.Text.ShouldNotContain(StandInRobot.Key);
    }

    [Fact]
    public async Task Many_jobs_become_one_summary_when_the_server_stops()
    {
        await using StandInRobot robot = await StandInRobot.StartAsync();
        await using (WeComNotifier notifier = Notifier(robot, perMinute: 3))
        {
            for (int i = 0; i < 10; i++)
                notifier.Notify(i % 5 == 4 ? new Notice.JobFailed(Guid.NewGuid(), "x", "y", 0) : new Notice.JobCompleted(Guid.NewGuid(), "x", 1, 1, 1, 1, 1));
        }

        robot.Texts.Count.ShouldBe(4);
        robot.Texts[^1].ShouldStartWith("📦 转录任务汇总");
        robot.Texts[^1].ShouldContain("完成: 5\n失败: 2");
    }

    private WeComNotifier Notifier(StandInRobot robot, int attempts = 3, int perMinute = 20)
        => new(() => Options(robot.Address, attempts, timeoutSeconds: 1, perMinute), "box (10.0.0.1)", _loggers, TimeProvider.System, NoPause);

    private static ServerOptions Options(string address, int attempts, int timeoutSeconds, int perMinute = 20) => new()
    {
        Notification = new NotificationOptions { WebhookUrl = address, RetryTimes = attempts, TimeoutSeconds = timeoutSeconds, MaxPerMinute = perMinute },
    };
}
