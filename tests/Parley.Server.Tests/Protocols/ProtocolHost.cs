using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Protocols.WebSockets;

namespace Parley.Server.Tests.Protocols;

/// <summary>The real protocol behind a real Kestrel on a loopback port, with fake jobs behind it.</summary>
internal sealed class ProtocolHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly string _folder;

    private ProtocolHost(WebApplication application, WebSocketProtocol protocol, FakeJobs jobs, string folder, CollectedLog log)
        => (_application, Protocol, Jobs, _folder, Log) = (application, protocol, jobs, folder, log);

    public FakeJobs Jobs { get; }

    public WebSocketProtocol Protocol { get; }

    public CollectedLog Log { get; }

    public Uri Address => new(_application.Urls.Single().Replace("http", "ws", StringComparison.Ordinal));

    /// <summary>Files anywhere below the temporary folder, the lock aside.</summary>
    public IReadOnlyList<string> TempFiles => Below("temp");

    /// <summary>Files in the upload folder.</summary>
    public IReadOnlyList<string> UploadedFiles => Below("uploads");

    public static async Task<ProtocolHost> StartAsync(Func<ServerOptions, ServerOptions>? change = null, TimeProvider? clock = null, string? folder = null)
    {
        folder ??= Directory.CreateTempSubdirectory("parley-protocol-").FullName;
        ServerOptions options = new()
        {
            Server = new ListenOptions { TempDir = Path.Combine(folder, "temp"), UploadDir = Path.Combine(folder, "uploads"), MinFreeDiskMb = 1, MaxFileSizeMb = 64 },
        };
        CollectedLog log = new();
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication application = builder.Build();
        FakeJobs jobs = new();
        WebSocketProtocol protocol = application.UseParleyWebSockets(change?.Invoke(options) ?? options, jobs, loggers, clock ?? TimeProvider.System);
        application.Run(http => http.Response.WriteAsync("page"));
        await application.StartAsync();
        return new ProtocolHost(application, protocol, jobs, folder, log);
    }

    public Task<ProtocolClient> ConnectAsync(string path = "/") => ProtocolClient.ConnectAsync(new Uri(Address, path));

    public Task StopAsync() => _application.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string[] Below(string name)
        => [.. Directory.EnumerateFiles(Path.Combine(_folder, name), "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != ".lock")];
}

/// <summary>What was logged.</summary>
internal sealed class CollectedLog : ILoggerProvider, ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Text)> Entries { get; } = new();

    public IEnumerable<string> AboveWarning => Entries.Where(entry => entry.Level > LogLevel.Warning).Select(entry => entry.Text);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        => Entries.Enqueue((logLevel, $"{formatter(state, exception)} {exception}"));

    public void Dispose()
    {
    }
}
