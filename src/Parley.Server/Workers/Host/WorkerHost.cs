using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Server.Workers.Wire;

namespace Parley.Server.Workers.Host;

/// <summary>A worker process: a pipeline behind HTTP on a Unix domain socket, for one server, for as long as that lives.</summary>
internal static class WorkerHost
{
    // The stages of a job block a thread each; requests must not wait behind them.
    private const int MoreThreads = 8;

    /// <summary>Runs until the server ends, or wants the worker to end.</summary>
    /// <param name="input">Standard input: see <see cref="WorkerStart"/>.</param>
    /// <param name="createLoggers">Makes the loggers for the lowest level that is wanted.</param>
    /// <exception cref="InvalidDataException">The first line of the input is not what a server writes.</exception>
    public static async Task RunAsync(TextReader input, Func<LogLevel, ILoggerFactory> createLoggers)
    {
        WorkerStart start = await ReadStartAsync(input);
        using CancellationTokenSource stop = new();
        WorkerPriority.StepBack();
        ServerTie.Begin(start.ServerProcessId, input, stop);

        // Ctrl-C reaches the whole group of the terminal, and service managers signal every process: the server alone decides what ends.
        PosixSignal[] signals = OperatingSystem.IsWindows() ? [PosixSignal.SIGINT] : [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];
        PosixSignalRegistration[] ignored = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, static context => context.Cancel = true))];
        try
        {
            ThreadPool.GetMinThreads(out int workers, out int completions);
            ThreadPool.SetMinThreads(workers + MoreThreads, completions);
            using ILoggerFactory loggers = createLoggers(Enum.TryParse(start.LogLevel, out LogLevel level) ? level : LogLevel.Information);
            await ServeAsync(start, loggers, stop.Token);
        }
        finally
        {
            foreach (PosixSignalRegistration registration in ignored)
                registration.Dispose();
        }
    }

    private static async Task<WorkerStart> ReadStartAsync(TextReader input)
    {
        try
        {
            if (await input.ReadLineAsync() is { } line && JsonSerializer.Deserialize(line, WireJson.Default.WorkerStart) is { } start)
                return start;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"A worker is started by a server, which writes its orders to standard input. This is none: {error.Message}", error);
        }

        throw new InvalidDataException("A worker is started by a server, which writes its orders to standard input. There were none. To start a server: parley serve.");
    }

    private static async Task ServeAsync(WorkerStart start, ILoggerFactory loggers, CancellationToken stop)
    {
        using WorkerState state = new(start.Setup, loggers);
        Task loading = Task.Run(() => state.Load(stop), CancellationToken.None);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.ListenUnixSocket(start.SocketPath);
        });
        await using WebApplication app = builder.Build();
        WorkerEndpoints endpoints = new(state, stop);
        app.Run(endpoints.HandleAsync);
        await app.StartAsync(CancellationToken.None);
        try
        {
            await Task.Delay(Timeout.Infinite, stop);
        }
        catch (OperationCanceledException)
        {
            await app.StopAsync(CancellationToken.None);
        }

        try
        {
            await loading;
        }
        catch (OperationCanceledException)
        {
            // Stopped before it was loaded.
        }
    }

    /// <summary>Leaves signals alone.</summary>
    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
