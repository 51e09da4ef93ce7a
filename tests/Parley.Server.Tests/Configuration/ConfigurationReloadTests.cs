using Parley.Inference.Devices;
using Parley.Server.Configuration;

namespace Parley.Server.Tests.Configuration;

public sealed class ConfigurationReloadTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ListLoggers _loggers = new();
    private readonly List<DeviceOptions> _switched = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_can_change_does_and_what_cannot_is_named()
    {
        CurrentOptions current = Start("""{"logging":{"level":"INFO"}}""", out ConfigurationReload reload);
        await using (reload)
        {
            _folder.Write("config.json", """{"logging":{"level":"DEBUG"},"funasr":{"device":"cuda"},"transcription":{"max_queue_size":7},"server":{"port":1234},"observability":{"metrics_token":"hidden"}}""");
            await Until.TrueAsync(() => current.Value.Logging.Level == "DEBUG", () => _loggers.Text);
        }

        _switched.ShouldHaveSingleItem().Device.ShouldBe("cuda");
        current.Value.Funasr.Devices.Device.ShouldBe("cuda");
        current.Value.Transcription.MaxQueueSize.ShouldBe(7);
        current.Value.Observability.MetricsToken.ShouldBe("hidden");
        current.Value.Server.Port.ShouldBe(8767);
        _loggers.Lines.ShouldContain(line => line.Id == 9014 && line.Text.EndsWith("server.port"));
        _loggers.Lines.ShouldContain(line => line.Id == 9013 && line.Text.Contains("logging.level=DEBUG"));
        _loggers.Text.ShouldNotContain("hidden");
    }

    [Fact]
    public async Task Broken_file_and_failing_device_change_nothing()
    {
        CurrentOptions current = Start("""{"logging":{"level":"INFO"}}""", out ConfigurationReload reload);
        await using (reload)
        {
            _folder.Write("config.json", """{"logging":{"level":"LOUD"}}""");
            reload.Request("SIGHUP");
            await Until.TrueAsync(() => _loggers.Lines.Any(line => line.Id == 9015), () => _loggers.Text);
            current.Value.Logging.Level.ShouldBe("INFO");

            _folder.Write("config.json", """{"logging":{"level":"ERROR"},"funasr":{"device":"mps"}}""");
            await Until.TrueAsync(() => current.Value.Logging.Level == "ERROR", () => _loggers.Text);
        }

        current.Value.Funasr.Devices.Device.ShouldBe("auto");
        _loggers.Lines.ShouldContain(line => line.Id == 9016);
    }

    private CurrentOptions Start(string contents, out ConfigurationReload reload)
    {
        ConfigurationRequest request = new() { File = _folder.Write("config.json", contents), WorkingDirectory = _folder.Root };
        EffectiveConfiguration read = ConfigurationReader.Read(request);
        CurrentOptions current = new(read.Options);
        reload = new ConfigurationReload(
            request,
            read,
            current,
            (devices, _) =>
            {
                if (devices.Device == "mps")
                    throw new InvalidOperationException("There is none.");
                _switched.Add(devices);
                return Task.CompletedTask;
            },
            _loggers,
            TimeProvider.System);
        return current;
    }
}
