using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Server.Workers;
using Parley.Server.Workers.Pool;
using Parley.Server.Workers.Wire;

namespace Parley.Server.Tests.Workers;

/// <summary>Workers end with whoever started them, whatever way that ends. A shell stands for the server: a real worker is its child.</summary>
[Trait("Group", "e2e")]
public sealed class OrphanTests : IAsyncLifetime
{
    private readonly WorkFolder _folder = new();
    private Process _server = null!;
    private FileStream _orders = null!;
    private int _worker;

    // The worker's standard input is a named pipe that this test holds, so that it does not end with the shell.
    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux ties the lives of processes together.");
        string pipe = _folder.File("orders"), socket = _folder.File("w.sock");
        using (Process make = Process.Start("mkfifo", [pipe]))
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        _orders = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 1);
        ProcessStartInfo shell = new("bash", ["-c", $"dotnet '{TestPaths.Program}' worker < '{pipe}' 2> '{_folder.File("log")}' & echo $!; wait"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        _server = Process.Start(shell)!;
        _worker = int.Parse((await _server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, CultureInfo.InvariantCulture);
        WorkerStart start = new() { Setup = PipelineSetup.For(_folder.Options().Funasr, pipelines: 1), SocketPath = socket, ServerProcessId = _server.Id };
        await _orders.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(start, WireJson.Default.WorkerStart) + "\n"), TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => File.Exists(socket), "the worker's socket");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _orders.DisposeAsync();
            _server.Kill(entireProcessTree: true);
            await _server.WaitForExitAsync(CancellationToken.None);
            _server.Dispose();
        }

        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_server_leaves_no_worker_not_even_one_that_stands_still(bool standsStill)
    {
        if (standsStill)
            Signal("STOP");

        _server.Kill();

        await Until.TrueAsync(() => !IsAlive(), "the end of the worker");
    }

    [Fact]
    public async Task Signals_of_the_terminal_do_not_end_a_worker_but_the_end_of_its_input_does()
    {
        using WorkerClient client = new(_folder.File("w.sock"));
        while (await client.AskAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken) is { IsIdle: false })
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Signal("TERM");
        Signal("HUP");
        (await client.AskAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).ShouldNotBeNull();
        IsAlive().ShouldBeTrue();

        await _orders.DisposeAsync();

        await Until.TrueAsync(() => !IsAlive(), "the end of the worker");
    }

    private void Signal(string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, $"{_worker}"]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0);
    }

    // One that has ended may still be listed, where nobody asks for its end.
    private bool IsAlive()
    {
        try
        {
            return !File.ReadAllText($"/proc/{_worker}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
