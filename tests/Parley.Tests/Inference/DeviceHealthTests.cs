using Parley.Inference.Devices;

namespace Parley.Tests.Inference;

public sealed class DeviceHealthTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Pauses_grow_up_to_half_an_hour()
    {
        DeviceHealth health = new(_time);
        List<double> pauses = [];
        for (int i = 0; i < 8; i++)
        {
            health.Fail("broken").ShouldBeTrue();
            pauses.Add((health.RetryAt - _time.GetUtcNow()).TotalSeconds);
            health.IsUsable.ShouldBeFalse();
            _time.Advance(health.RetryAt - _time.GetUtcNow());
            health.IsUsable.ShouldBeTrue();
        }

        pauses.ShouldBe([30, 60, 120, 240, 480, 960, 1800, 1800]);
    }

    [Fact]
    public void Runs_that_had_begun_before_the_failure_change_nothing()
    {
        DeviceHealth health = new(_time);
        health.Fail("first").ShouldBeTrue();
        DateTimeOffset retryAt = health.RetryAt;

        health.Fail("second").ShouldBeFalse();
        health.Succeed().ShouldBeFalse();

        health.RetryAt.ShouldBe(retryAt);
        health.LastFailure.ShouldBe("first");
    }

    [Fact]
    public void A_success_after_the_pause_forgives()
    {
        DeviceHealth health = new(_time);
        health.Fail("broken");
        _time.Advance(TimeSpan.FromSeconds(30));

        health.Succeed().ShouldBeTrue();
        health.Succeed().ShouldBeFalse();

        health.LastFailure.ShouldBeNull();
        health.Fail("again");
        (health.RetryAt - _time.GetUtcNow()).TotalSeconds.ShouldBe(30);
    }
}
