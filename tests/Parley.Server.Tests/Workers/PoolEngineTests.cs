using System.Diagnostics;
using System.Net.Sockets;
using Parley.Inference.Devices;
using Parley.Server.Configuration;
using Parley.Server.Notifications;
using Parley.Server.Tests.EndToEnd;
using Parley.Server.Workers;
using Parley.Server.Workers.Pool;
using Parley.Transcripts;

namespace Parley.Server.Tests.Workers;

/// <summary>The pool with real processes of this build, and what may happen to them.</summary>
public sealed class PoolEngineTests(SharedEngine shared) : EngineTests(shared)
{
    private static readonly PoolTimings Quick = new() { HealthInterval = TimeSpan.FromMilliseconds(200), HealthLimit = TimeSpan.FromSeconds(4), MemoryInterval = TimeSpan.FromMilliseconds(50) };

    private readonly ListNotifier _notifier = new();

    [Fact]
    public async Task Two_workers_do_two_jobs_at_once_and_answer_each_its_own()
    {
        await using ITranscriptionEngine engine = await StartAsync(Folder.Options(workers: 2));

        Task<Transcript> interview = RunAsync(engine, Order("interview.wav")), english = RunAsync(engine, Order("english.wav"));
        await Until.TrueAsync(() => engine.Workers.All(worker => worker.State == "busy"), "two busy workers");

        InProcess.Timeless(await interview).ShouldBe(InProcess.Timeless(await InProcess.InterviewAsync()));
        (await english).Duration.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        engine.Workers.Select(worker => worker.ProcessId).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Killed_worker_costs_one_job_and_is_replaced()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are not of this system.");
        await using ITranscriptionEngine engine = await StartAsync(Folder.Options());
        int processId = engine.Workers[0].ProcessId!.Value;

        Task<Transcript> running = RunAsync(engine, Order("interview.wav"));
        await Until.TrueAsync(() => engine.Workers[0].State == "busy", "a busy worker");
        Signal("KILL", processId);

        WorkerLostException lost = await Should.ThrowAsync<WorkerLostException>(running);
        lost.Loss.ShouldBe(WorkerLoss.Crashed);
        lost.Message.ShouldContain("SIGKILL");
        lost.Message.ShouldContain($"process {processId}");
        (await RunAsync(engine, Order("hello.wav"))).Sentences.ShouldNotBeEmpty();
        engine.Workers[0].Restarts.ShouldBe(1);
        engine.Workers[0].ProcessId.ShouldNotBe(processId);
        _notifier.Notices.OfType<Notice.WorkerLost>().ShouldHaveSingleItem().Worker.ShouldBe(1);
    }

    [Fact]
    public async Task Workers_let_their_server_go_first()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems keep nice values elsewhere.");
        ITranscriptionEngine engine = await SharedAsync();

        ProcessTable.Niceness(engine.Workers[0].ProcessId!.Value).ShouldAllBe(nice => nice == Math.Min(19, ProcessTable.Niceness(Environment.ProcessId).Max() + 5));
    }

    [Fact]
    public async Task Worker_that_hangs_is_killed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are not of this system.");
        await using ITranscriptionEngine engine = await StartAsync(Folder.Options());

        Task<Transcript> running = RunAsync(engine, Order("interview.wav"));
        await Until.TrueAsync(() => engine.Workers[0].State == "busy", "a busy worker");
        Signal("STOP", engine.Workers[0].ProcessId!.Value);

        (await Should.ThrowAsync<WorkerLostException>(running)).Loss.ShouldBe(WorkerLoss.Hung);
        (await RunAsync(engine, Order("hello.wav"))).Sentences.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Cancelled_job_on_a_worker_that_hangs_frees_the_slot_all_the_same()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are not of this system.");
        await using ITranscriptionEngine engine = await StartAsync(Folder.Options(), Quick with { HealthLimit = TimeSpan.FromMinutes(5), CancelGrace = TimeSpan.FromMilliseconds(300) });
        using CancellationTokenSource cancel = new();

        Task<Transcript> running = engine.RunAsync(Order("interview.wav"), new ListProgress(), cancel.Token);
        await Until.TrueAsync(() => engine.Workers[0].State == "busy", "a busy worker");
        Signal("STOP", engine.Workers[0].ProcessId!.Value);
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(running);
        (await RunAsync(engine, Order("hello.wav"))).Sentences.ShouldNotBeEmpty();
        _notifier.Notices.ShouldBeEmpty();
    }

    [Fact]
    public async Task Worker_that_grows_beyond_its_memory_is_killed()
    {
        ServerOptions options = Folder.Options();
        await using ITranscriptionEngine engine = await StartAsync(options with { Transcription = options.Transcription with { WorkerMemoryMb = 100_000 } });
        long held = engine.Workers[0].MemoryBytes >> 20;

        // As much as it needs to begin; the gate lets it in because it believes the machine to be larger than the budget.
        await using ITranscriptionEngine tight = Create(options with { Transcription = options.Transcription with { WorkerMemoryMb = (int)held * 3 / 4 } });
        await tight.StartAsync(TestContext.Current.CancellationToken);

        await Until.TrueAsync(() => _notifier.Notices.OfType<Notice.WorkerLost>().Any(), "a worker that was killed");
        _notifier.Notices.OfType<Notice.WorkerLost>().First().Details.ShouldContain("worker_memory_mb");
    }

    [Fact]
    public async Task Job_that_can_never_fit_is_refused_and_says_why()
    {
        ServerOptions options = Folder.Options();
        await using ITranscriptionEngine engine = await StartAsync(options);
        await using ITranscriptionEngine tight = await StartAsync(options with
        {
            Transcription = options.Transcription with { WorkerMemoryMb = (int)(engine.Workers[0].MemoryBytes >> 20) + 60 },
        });

        (await Should.ThrowAsync<Inference.InferenceException>(() => RunAsync(tight, Order("hello.wav")))).Message.ShouldContain("worker_memory_mb");
    }

    [Fact]
    public async Task Job_waits_until_the_machine_has_memory()
    {
        FakeMemory memory = new();
        await using ITranscriptionEngine engine = await StartAsync(Folder.Options(), Quick, memory);
        memory.AvailableBytes = 0;

        Task<Transcript> waiting = RunAsync(engine, Order("hello.wav"));
        await Until.TrueAsync(() => memory.Asked > 3, "a job that asks for memory");
        waiting.IsCompleted.ShouldBeFalse();
        memory.AvailableBytes = 64L << 30;

        (await waiting).Sentences.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Garbage_on_its_socket_does_not_disturb_a_worker()
    {
        PoolEngine engine = (PoolEngine)await SharedAsync();
        int restarts = engine.Workers[0].Restarts;
        string path = Directory.EnumerateFiles(engine.SocketFolder, "*.sock").ShouldHaveSingleItem();
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Path.GetDirectoryName(path)!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        foreach (string garbage in new[] { "\0\u0001\u0002garbage\r\n\r\n", "POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n{\"x\":{}", "DELETE /jobs/none HTTP/1.1\r\nHost: x\r\n\r\n" })
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
            await socket.SendAsync(System.Text.Encoding.Latin1.GetBytes(garbage), TestContext.Current.CancellationToken);
            byte[] answer = new byte[64];
            int count = await socket.ReceiveAsync(answer, TestContext.Current.CancellationToken);
            System.Text.Encoding.ASCII.GetString(answer, 0, count).ShouldStartWith("HTTP/1.1 40");
        }

        (await RunAsync(engine, Order("hello.wav"))).Sentences.ShouldNotBeEmpty();
        engine.Workers[0].Restarts.ShouldBe(restarts);
    }

    [Fact]
    public async Task Worker_is_recycled_after_its_jobs_and_the_result_does_not_wait_for_that()
    {
        ServerOptions options = Folder.Options();
        await using ITranscriptionEngine engine = await StartAsync(options with { Transcription = options.Transcription with { WorkerMaxJobs = 1 } });
        int first = engine.Workers[0].ProcessId!.Value;

        await RunAsync(engine, Order("hello.wav"));
        engine.Workers[0].ProcessId.ShouldBe(first);

        await Until.TrueAsync(() => engine.Workers[0].Restarts == 1 && engine.Workers[0].State == "idle", "another process");
        engine.Workers[0].ProcessId.ShouldNotBe(first);
        await Until.TrueAsync(() => !Exists(first), "the end of the first process");
        _notifier.Notices.ShouldBeEmpty();
        string log = await File.ReadAllTextAsync(Path.Combine(options.Logging.LogDir, "workers", "worker-1.log"), TestContext.Current.CancellationToken);
        log.Split('\n').Count(line => line.Contains("is ready", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task Program_that_cannot_start_is_told_once_and_tried_again_with_pauses()
    {
        await using PoolEngine engine = new(Folder.Options(), new WorkerProgram("/bin/sh", ["-c", "echo no luck >&2; exit 7"]), Quick, new MachineMemory(), notifier: _notifier);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => engine.Workers[0].State == "broken", "a broken worker");

        WorkerLostException lost = await Should.ThrowAsync<WorkerLostException>(() => RunAsync(engine, Order("hello.wav")));
        lost.Loss.ShouldBe(WorkerLoss.DidNotStart);
        lost.Message.ShouldContain("code 7");
        lost.Message.ShouldContain("no luck");
        engine.Workers[0].Restarts.ShouldBe(0);
        _notifier.Notices.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Worker_that_never_becomes_ready_is_killed()
    {
        await using PoolEngine engine = new(Folder.Options(), new WorkerProgram("/bin/sh", ["-c", "sleep 600"]), Quick with { StartLimit = TimeSpan.FromMilliseconds(300) }, new MachineMemory());
        await engine.StartAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => engine.Workers[0].State == "broken", "a broken worker");

        engine.Workers[0].Error!.ShouldContain("not ready within");
    }

    [Fact]
    public async Task Busy_worker_ends_its_job_with_the_devices_that_it_began_with()
    {
        await using ITranscriptionEngine engine = await StartAsync(Folder.Options());
        int first = engine.Workers[0].ProcessId!.Value;

        Task<Transcript> running = RunAsync(engine, Order("interview.wav"));
        await Until.TrueAsync(() => engine.Workers[0].State == "busy", "a busy worker");
        await engine.SwitchDevicesAsync(new DeviceOptions { Device = "auto", Priority = ["cpu"] }, TestContext.Current.CancellationToken);
        Task<Transcript> next = RunAsync(engine, Order("hello.wav"));

        (await running).Sentences.ShouldNotBeEmpty();
        (await next).Sentences.ShouldNotBeEmpty();
        engine.Workers[0].ProcessId.ShouldNotBe(first);
        engine.Workers[0].Devices[^1].ShouldStartWith("cpu: the first");
        _notifier.Notices.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_bundles_share_two_workers_and_one_that_dies_comes_back_with_its_own()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are not of this system.");
        ServerOptions options = Folder.Options(workers: 2);
        await using ITranscriptionEngine engine = await StartAsync(options with { Funasr = options.Funasr with { Bundles = [Copy("office")] } });
        await Until.TrueAsync(() => engine.Workers.All(worker => worker.State == "idle"), "two idle workers");

        await RunAsync(engine, Order("hello.wav") with { Bundle = "office" });
        await Until.TrueAsync(() => engine.Workers.All(worker => worker.State == "idle"), "two idle workers");
        engine.Workers.SelectMany(worker => worker.Bundles).Order().ShouldBe(["demo", "office"]);
        int restarts = engine.Workers.Sum(worker => worker.Restarts);

        // Each bundle has its worker now: nothing is replaced any more.
        for (int i = 0; i < 2; i++)
            await Task.WhenAll(RunAsync(engine, Order("hello.wav") with { Bundle = "office" }), RunAsync(engine, Order("hello.wav")));
        engine.Workers.Sum(worker => worker.Restarts).ShouldBe(restarts);

        WorkerStatus office = engine.Workers.Single(worker => worker.Bundles.Contains("office"));
        Signal("KILL", office.ProcessId!.Value);
        await Until.TrueAsync(() => engine.Workers[office.Number - 1] is { State: "idle" } again && again.ProcessId != office.ProcessId, "another process");
        engine.Workers[office.Number - 1].Bundles.ShouldBe(["office"]);
    }

    [Fact]
    public async Task Neither_bundle_starves_on_one_worker()
    {
        ServerOptions options = Folder.Options();
        await using ITranscriptionEngine engine = await StartAsync(options with { Funasr = options.Funasr with { Bundles = [Copy("office")] } });
        List<string> order = [];

        string?[] wishes = [null, "office", null, "office"];
        await Task.WhenAll(wishes.Select(async wish =>
        {
            Transcript transcript = await RunAsync(engine, Order("hello.wav") with { Bundle = wish });
            lock (order)
                order.Add(transcript.Receipt.Bundle);
        }));

        order.ShouldBe(["demo", "demo", "office-0", "office-0"], ignoreOrder: true);
        engine.Workers[0].Restarts.ShouldBeInRange(1, 3);
    }

    internal override ITranscriptionEngine Create(ServerOptions options, TimeProvider time)
        => new PoolEngine(options, new WorkerProgram("dotnet", [TestPaths.Program]), Quick, new MachineMemory(), notifier: _notifier, time: time);

    private static void Signal(string signal, int processId)
    {
        using Process kill = Process.Start("kill", ["-" + signal, $"{processId}"]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0);
    }

    private static bool Exists(int processId)
    {
        try
        {
            using Process process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private PoolEngine Create(ServerOptions options, PoolTimings timings, IMachineMemory memory)
        => new(options, new WorkerProgram("dotnet", [TestPaths.Program]), timings, memory, notifier: _notifier);

    private async Task<PoolEngine> StartAsync(ServerOptions options, PoolTimings timings, IMachineMemory? memory = null)
    {
        PoolEngine engine = Create(options, timings, memory ?? new MachineMemory());
        await engine.StartAsync(TestContext.Current.CancellationToken);
        await Wait.UntilReadyAsync(engine);
        return engine;
    }
}
