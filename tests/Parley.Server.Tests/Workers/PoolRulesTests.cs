using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Configuration;
using Parley.Server.Workers;
using Parley.Server.Workers.Pool;
using Parley.Server.Workers.Wire;

namespace Parley.Server.Tests.Workers;

/// <summary>Rules of the pool that need no process.</summary>
public sealed class PoolRulesTests : IDisposable
{
    private const long Mb = 1 << 20;

    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a", 1)]
    [InlineData("a b", 2)]
    [InlineData("a a a", 3, 1)] // the other is not worth it yet
    [InlineData("a a a b", 4, 1)]
    public void Pipelines_go_where_they_run_fastest(string expected, int pipelines, double secondSpeed = 3)
        => string.Join(' ', Enumerable.Range(1, pipelines).Select(number => DeviceSpread.Choose([("a", 3.5), ("b", secondSpeed)], number))).ShouldBe(expected);

    [Theory]
    [InlineData(200, 100, 100, "done 200 jobs")]
    [InlineData(199, 100, 100, null)]
    [InlineData(5, 100, 800, "between jobs")]
    [InlineData(5, 100, 400, "grown from 100 to 400 MB")]
    [InlineData(5, 100, 340, null)]
    [InlineData(2, 100, 400, null)] // it has not settled
    public void Worker_is_recycled_by_jobs_and_by_drift(int jobs, long settledMb, long heldMb, string? reason)
    {
        TranscriptionOptions options = new() { WorkerMemoryMb = 1000, WorkerMaxJobs = 200 };

        string? found = RecycleRule.Reason(options, jobs, settledMb * Mb, heldMb * Mb);

        if (reason is null)
            found.ShouldBeNull();
        else
            found!.ShouldContain(reason);
        RecycleRule.Reason(options with { WorkerMemoryMb = 0, WorkerMaxJobs = 0 }, jobs, settledMb * Mb, heldMb * Mb).ShouldBeNull();
    }

    [Fact]
    public void Pauses_grow_to_a_minute()
        => new[] { 1, 2, 3, 7, 8, 1000 }.Select(failures => StartPauses.After(failures).TotalSeconds).ShouldBe([1, 2, 4, 60, 60, 60]);

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n{\"done\":\"00:00:01\"}\n")] // ends without a result
    [InlineData("HTTP/1.1 200 OK\r\n\r\nnot json\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nnull\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n{\"transcript\":{\"sentences\":null}}\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}\n")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("\0\0\0 what is this\n\n\n")]
    [InlineData("")]
    public async Task Nonsense_from_a_worker_is_a_broken_connection(string answer)
    {
        string path = _folder.File("s");
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        Task talking = AnswerAsync(listener, answer);
        using WorkerClient client = new(path);
        WorkOrder order = new() { JobId = Guid.NewGuid(), AudioPath = "a", FileName = "a" };

        Exception error = await Should.ThrowAsync<Exception>(() => client.RunAsync(order, static _ => { }, TestContext.Current.CancellationToken));

        WorkerClient.IsBroken(error).ShouldBeTrue(error.ToString());
        await talking;
    }

    [Fact]
    public void Failures_come_through_as_they_were()
    {
        Exception[] errors =
        [
            new Audio.AudioDecodeException(Audio.AudioFault.NoAudioStream, "x"),
            new Inference.InferenceException(Inference.InferenceFault.DeviceLost, "m", "d", "x"),
            new Models.ModelFileException("p", "x"),
        ];
        foreach (Exception error in errors)
        {
            Exception copy = WorkerFailure.From(error).ToException();
            copy.GetType().ShouldBe(error.GetType());
            copy.Message.ShouldBe(error.Message);
        }

        ((Audio.AudioDecodeException)WorkerFailure.From(errors[0]).ToException()).Fault.ShouldBe(Audio.AudioFault.NoAudioStream);
        ((Inference.InferenceException)WorkerFailure.From(errors[1]).ToException()).Fault.ShouldBe(Inference.InferenceFault.DeviceLost);
    }

    [Fact]
    public async Task Output_without_an_end_is_cut_and_files_follow_each_other()
    {
        string endless = new('x', 10_000);
        using (WorkerOutput output = new(_folder.Path, 3, maxBytes: 3000, TimeSpan.FromDays(1), TimeProvider.System, NullLogger.Instance))
        {
            OutputPump pump = new(output);
            using StreamReader reader = new(new MemoryStream(Encoding.UTF8.GetBytes(endless + "\nlast\u0007 words\n")));
            await pump.DrainAsync(reader);
            pump.LastLines.Count.ShouldBe(5);
            pump.LastLines[^1].ShouldBe("last  words");
        }

        string[] files = Directory.GetFiles(_folder.Path, "worker-3*.log");
        files.Length.ShouldBeGreaterThan(1);
        files.Sum(file => File.ReadAllText(file).Count(letter => letter == 'x')).ShouldBe(endless.Length);
    }

    [Fact]
    public void Full_files_of_long_ago_are_deleted()
    {
        string old = _folder.File("worker-3.20200101-000000-000.log"), other = _folder.File("worker-33.20200101-000000-000.log");
        foreach (string path in new[] { old, other })
        {
            File.WriteAllText(path, "x");
            File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }

        using WorkerOutput output = new(_folder.Path, 3, maxBytes: 3000, TimeSpan.FromDays(1), TimeProvider.System, NullLogger.Instance);
        output.Write("x");

        File.Exists(old).ShouldBeFalse();
        File.Exists(other).ShouldBeTrue();
    }

    [Fact]
    public void Memory_of_this_machine_is_known()
    {
        MachineMemory memory = new();
        memory.TotalBytes.ShouldBeGreaterThan(100 * Mb);
        memory.AvailableBytes.ShouldBeInRange(Mb, memory.TotalBytes * 2);
    }

    private static async Task AnswerAsync(Socket listener, string answer)
    {
        using Socket socket = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        byte[] request = new byte[4096];
        await socket.ReceiveAsync(request, TestContext.Current.CancellationToken);
        await socket.SendAsync(Encoding.Latin1.GetBytes(answer), TestContext.Current.CancellationToken);
        socket.Shutdown(SocketShutdown.Both);
    }
}
