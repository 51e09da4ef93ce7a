using System.Text;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Notifications;

namespace Parley.Server.Tests.Notifications;

public sealed class NoticeFilterTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private ServerOptions _options = new() { Notification = new NotificationOptions { MaxPerMinute = 2 }, Observability = new ObservabilityOptions { AlertEnabled = true, AlertCooldownSeconds = 100 } };

    [Fact]
    public void Jobs_beyond_the_number_for_a_minute_are_held_for_a_summary()
    {
        NoticeFilter filter = new(() => _options);
        Notice job = new Notice.JobCompleted(Guid.NewGuid(), "x", 1, 1, 1, 1, 1), failed = new Notice.JobFailed(Guid.NewGuid(), "x", "y", 0);

        filter.Judge(job, Start).IsTold.ShouldBeTrue();
        filter.Judge(job, Start.AddSeconds(1)).IsTold.ShouldBeTrue();
        filter.SummaryDue.ShouldBeNull();
        filter.Judge(job, Start.AddSeconds(2)).IsTold.ShouldBeFalse();
        filter.Judge(failed, Start.AddSeconds(3)).IsTold.ShouldBeFalse();
        filter.SummaryDue.ShouldBe(Start.AddSeconds(60));
        filter.TakeSummary(Start.AddSeconds(60)).ShouldBe((1, 1));
        filter.SummaryDue.ShouldBeNull();
        filter.Judge(job, Start.AddSeconds(200)).IsTold.ShouldBeTrue();
    }

    [Fact]
    public void Same_event_within_the_cooldown_is_told_once_and_counted()
    {
        NoticeFilter filter = new(() => _options);

        filter.Judge(new Notice.WorkerLost(1, "a"), Start).ShouldBe((true, 0));
        filter.Judge(new Notice.WorkerLost(1, "b"), Start.AddSeconds(99)).ShouldBe((false, 0));
        filter.Judge(new Notice.WorkerLost(2, "a"), Start.AddSeconds(99)).ShouldBe((true, 0));
        filter.Judge(new Notice.WorkerLost(1, "c"), Start.AddSeconds(100)).ShouldBe((true, 1));
        filter.Judge(new Notice.WorkerLost(1, "d"), Start.AddSeconds(200)).ShouldBe((true, 0));
    }

    [Fact]
    public void Full_queues_and_slow_jobs_are_for_those_who_want_alerts()
    {
        NoticeFilter filter = new(() => _options);
        filter.Judge(new Notice.QueueFull(5), Start).IsTold.ShouldBeTrue();
        _options = _options with { Observability = new ObservabilityOptions() };
        filter.Judge(new Notice.SlowJob(Guid.NewGuid(), 1, 0.1), Start).IsTold.ShouldBeFalse();
        filter.Judge(new Notice.DiskLow("/data", 5), Start).IsTold.ShouldBeTrue();
    }

    [Fact]
    public void Every_notice_has_a_text_that_the_robot_takes()
    {
        string endless = string.Concat(Enumerable.Repeat("很长的😀", 500));
        Notice[] notices =
        [
            new Notice.ServerStarted(endless, 1, false), new Notice.ServerStopped(false), new Notice.JobCompleted(default, endless, 1, 1, 1, 1, 1), new Notice.JobFailed(default, endless, endless, 1),
            new Notice.DeviceFellBack(endless), new Notice.WorkerLost(1, endless), new Notice.QueueFull(1), new Notice.SlowJob(default, 1, 1), new Notice.DiskLow(endless, 1),
            new Notice.Alert(AlertRules.ErrorSurge, AlertLevel.Warning, endless),
        ];
        notices.Select(notice => notice.GetType()).Distinct().Count().ShouldBe(typeof(Notice).GetNestedTypes(System.Reflection.BindingFlags.NonPublic).Length);
        foreach (Notice notice in notices)
        {
            string text = NoticeText.Of(notice, "box", Start, suppressed: 3);
            Encoding.UTF8.GetByteCount(text).ShouldBeLessThanOrEqualTo(2048);
            new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(text).ShouldNotBeEmpty();
            text.Split("\n\n").Length.ShouldBe(2);
        }
    }

    [Fact]
    public void Watch_tells_states_when_they_begin_again_after_the_cooldown_and_when_they_end()
    {
        ManualTime time = new(Start);
        NoticeList told = new();
        JobFigures figures = new() { MaxWaiting = 10 };
        string status = "healthy";
        AlertWatch watch = new(() => _options, () => figures, () => status, told, new ListLoggers(), time);

        Look(figures with { Waiting = 8 }).ShouldBe(["queue_saturation Warning 8 / 10"]);
        Look(figures with { Waiting = 9 }).ShouldBeEmpty();
        time.Advance(TimeSpan.FromSeconds(100));
        Look(figures with { Waiting = 9 }).ShouldBe(["queue_saturation Warning 9 / 10"]);
        Look(figures with { Waiting = 7 }).ShouldBe(["queue_saturation Recovered 7 / 10"]);
        Look(figures with { Waiting = 7 }).ShouldBeEmpty();

        Look(figures with { Errors = new Dictionary<string, long> { ["timeout"] = 4 } }).ShouldBeEmpty();
        Look(figures with { Errors = new Dictionary<string, long> { ["timeout"] = 6, ["engine_error"] = 3 } }).ShouldBe(["error_surge Warning +5"]);
        Look(figures with { Errors = new Dictionary<string, long> { ["timeout"] = 60 } }).ShouldBeEmpty();

        status = "degraded";
        Look(figures).ShouldBe(["server_degraded Critical degraded"]);
        status = "healthy";
        Look(figures).ShouldBe(["server_degraded Recovered healthy"]);

        _options = new ServerOptions();
        status = "degraded";
        Look(figures).ShouldBeEmpty();

        string[] Look(JobFigures now)
        {
            figures = now;
            watch.Look();
            return told.Take();
        }
    }

    private sealed class NoticeList : INotifier
    {
        private readonly List<Notice> _notices = [];

        public void Notify(Notice notice) => _notices.Add(notice);

        public string[] Take()
        {
            string[] taken = [.. _notices.Cast<Notice.Alert>().Select(alert => $"{alert.Rule} {alert.Level} {alert.Details}")];
            _notices.Clear();
            return taken;
        }
    }

    /// <summary>A clock that stands still unless it is moved, without timers.</summary>
    private sealed class ManualTime(DateTimeOffset start) : TimeProvider
    {
        private DateTimeOffset _now = start;

        public void Advance(TimeSpan time) => _now += time;

        public override DateTimeOffset GetUtcNow() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
