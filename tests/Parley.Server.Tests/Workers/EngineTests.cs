using Parley.Audio;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Server.Configuration;
using Parley.Server.Workers;
using Parley.Server.Tests.Jobs;
using Parley.Speakers;
using Parley.Transcripts;

namespace Parley.Server.Tests.Workers;

/// <summary>What every engine does, whether its pipelines are processes of their own or not.</summary>
public abstract class EngineTests(SharedEngine shared) : IClassFixture<SharedEngine>, IDisposable
{
    internal WorkFolder Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Transcript_is_that_of_the_library_and_can_be_grouped_anew_without_the_recording()
    {
        ITranscriptionEngine engine = await SharedAsync();
        int before = engine.Workers[0].JobsDone;
        string analysis = Folder.File("analysis.bin");
        ListProgress progress = new();

        Transcript transcript = await engine.RunAsync(Order("interview.wav") with { SaveAnalysisTo = analysis }, progress, TestContext.Current.CancellationToken);

        InProcess.Timeless(transcript).ShouldBe(InProcess.Timeless(await InProcess.InterviewAsync()));
        progress.Reports.First().ShouldBe(new WorkProgress(1, TimeSpan.Zero, null) { Model = engine.IdentityOf(null) });
        progress.Reports.Last().Done.ShouldBe(transcript.Duration);
        progress.Reports.ShouldBe(progress.Reports.OrderBy(report => report.Done));
        TranscriptText.Join([.. progress.Reports.SelectMany(report => report.Settled ?? [])]).ShouldBe(TranscriptText.Join(transcript.Sentences));

        WorkOrder again = Order("interview.wav") with { AudioPath = Folder.File("gone.wav"), AnalysisPath = analysis, Speakers = new SpeakerCount(Exact: 3) };
        Transcript three = await engine.RunAsync(again, progress, TestContext.Current.CancellationToken);

        three.Speakers.Count.ShouldBe(3);
        WorkerStatus status = engine.Workers.ShouldHaveSingleItem();
        status.State.ShouldBe("idle");
        (status.JobsDone - before).ShouldBe(2);
        status.Devices.ShouldContain("asr cpu");
        status.StartSeconds.ShouldBeGreaterThan(0);
        status.MemoryBytes.ShouldBeGreaterThan(1 << 20);
    }

    [Fact]
    public async Task Broken_audio_is_the_callers_fault_and_leaves_the_engine_whole()
    {
        ITranscriptionEngine engine = await SharedAsync();
        string broken = Folder.File("stored-under-a-number.wav");
        File.WriteAllBytes(broken, File.ReadAllBytes(TestPaths.Sample("hello.wav"))[..9000]);

        AudioDecodeException error = await Should.ThrowAsync<AudioDecodeException>(() => RunAsync(engine, Order("hello.wav") with { AudioPath = broken, FileName = "talk.wav" }));

        error.Fault.ShouldBe(AudioFault.Damaged);
        error.Message.ShouldContain("talk.wav");
        error.Message.ShouldNotContain("stored-under-a-number");
        (await Should.ThrowAsync<AudioDecodeException>(() => RunAsync(engine, Order("hello.wav") with { AudioPath = Folder.File("none") }))).Fault.ShouldBe(AudioFault.NotFound);
        (await RunAsync(engine, Order("hello.wav"))).Sentences.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Unusable_analysis_is_replaced_by_the_recording()
    {
        ITranscriptionEngine engine = await SharedAsync();
        string analysis = Folder.File("analysis.bin");
        File.WriteAllText(analysis, "this is no analysis");

        Transcript transcript = await RunAsync(engine, Order("hello.wav") with { AnalysisPath = analysis, SaveAnalysisTo = Path.Combine(Folder.Path, "no", "such", "folder") });

        transcript.Sentences.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Cancelled_job_frees_its_slot()
    {
        ITranscriptionEngine engine = await SharedAsync();
        using CancellationTokenSource cancel = new();

        Task<Transcript> running = engine.RunAsync(Order("interview.wav"), new ListProgress(), cancel.Token);
        await Until.TrueAsync(() => engine.Workers[0].State == "busy", "a busy worker");
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(running);
        (await RunAsync(engine, Order("hello.wav"))).Sentences.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Job_that_waits_can_be_cancelled()
    {
        ITranscriptionEngine engine = await SharedAsync();
        using CancellationTokenSource cancel = new();

        Task<Transcript> running = RunAsync(engine, Order("interview.wav"));
        await Until.TrueAsync(() => engine.Workers[0].State == "busy", "a busy worker");
        Task<Transcript> waiting = engine.RunAsync(Order("hello.wav"), new ListProgress(), cancel.Token);
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(waiting);
        (await running).Sentences.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Missing_models_are_named_and_found_once_they_are_there()
    {
        ServerOptions options = Folder.Options();
        string bundle = Folder.File("bundle");
        await using ITranscriptionEngine engine = Create(options with { Funasr = options.Funasr with { Bundle = bundle } });
        engine.IdentityOf(null).ShouldBe("none");
        await engine.StartAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => engine.Workers[0].State == "broken", "a broken worker");

        engine.IsReady.ShouldBeFalse();
        engine.Workers[0].Error!.ShouldContain(bundle);
        (await Should.ThrowAsync<ModelFileException>(() => RunAsync(engine, Order("hello.wav")))).Message.ShouldContain(bundle);

        CopyFolder(options.Funasr.Bundle, bundle);
        await Until.TrueAsync(() => engine.IsReady, "an engine that has found its models");
        engine.Workers[0].Error.ShouldBeNull();
        engine.IdentityOf(null).ShouldStartWith("demo-");
    }

    [Fact]
    public async Task Jobs_choose_among_bundles_and_a_changed_bundle_is_loaded_anew()
    {
        ServerOptions options = Folder.Options();
        string office = Copy("office");
        Rename(office, "office-1");
        await using ITranscriptionEngine engine = await StartAsync(options with { Funasr = options.Funasr with { Bundles = [office] } });
        ListProgress progress = new();

        Transcript theirs = await engine.RunAsync(Order("hello.wav") with { Bundle = "office" }, progress, TestContext.Current.CancellationToken);
        Transcript ours = await RunAsync(engine, Order("hello.wav"));

        (theirs.Receipt.Bundle, ours.Receipt.Bundle).ShouldBe(("office-1", "demo"));
        string before = engine.IdentityOf("office");
        progress.Reports.First().Model.ShouldBe(before);
        before.ShouldStartWith("office-1-");
        engine.IdentityOf(null).ShouldStartWith("demo-");
        engine.Workers.SelectMany(worker => worker.Bundles).ShouldContain("demo");
        (await Should.ThrowAsync<ModelFileException>(() => RunAsync(engine, Order("hello.wav") with { Bundle = "nobody" }))).Message.ShouldEndWith("There are: demo, office.");
        engine.IdentityOf("nobody").ShouldBe("none");

        Rename(office, "office-2");
        Transcript after = await RunAsync(engine, Order("hello.wav") with { Bundle = "office" });

        after.Receipt.Bundle.ShouldBe("office-2");
        engine.IdentityOf("office").ShouldStartWith("office-2-");
    }

    [Fact]
    public async Task Bundle_that_cannot_be_loaded_costs_its_job_and_nothing_else()
    {
        ServerOptions options = Folder.Options();
        string broken = Copy("broken");
        File.WriteAllBytes(Path.Combine(broken, "asr", "model.onnx"), [0x08, 0x08, 0x3A, 0x00]); // an empty graph
        await using ITranscriptionEngine engine = await StartAsync(options with { Funasr = options.Funasr with { Bundles = [broken] } });

        await Should.ThrowAsync<ModelFileException>(() => RunAsync(engine, Order("hello.wav") with { Bundle = "broken" }));

        (await RunAsync(engine, Order("hello.wav"))).Sentences.ShouldNotBeEmpty();
        engine.IsReady.ShouldBeTrue();
    }

    [Fact]
    public async Task Models_sleep_when_nobody_needs_them_and_the_next_job_wakes_them()
    {
        ServerOptions options = Folder.Options();
        ManualTime time = new();
        await using ITranscriptionEngine engine = Create(options with { Funasr = options.Funasr with { ModelIdleSeconds = 60 } }, time);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        await Wait.UntilReadyAsync(engine);

        time.Advance(TimeSpan.FromSeconds(59));
        engine.Workers[0].State.ShouldBe("idle");
        await RunAsync(engine, Order("hello.wav"));
        time.Advance(TimeSpan.FromSeconds(59));
        engine.Workers[0].State.ShouldBe("idle");
        time.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => engine.Workers[0].State == "asleep", "a worker that sleeps");

        engine.IsReady.ShouldBeTrue();
        engine.Workers[0].Bundles.ShouldBeEmpty();
        (await RunAsync(engine, Order("hello.wav"))).Sentences.ShouldNotBeEmpty();
        engine.Workers[0].State.ShouldBe("idle");
        engine.Workers[0].Bundles.ShouldBe(["demo"]);
        engine.Workers[0].Restarts.ShouldBe(0);
    }

    [Fact]
    public async Task Devices_can_be_switched_and_a_device_that_is_not_there_changes_nothing()
    {
        await using ITranscriptionEngine engine = await StartAsync(Folder.Options());

        await Should.ThrowAsync<InferenceException>(() => engine.SwitchDevicesAsync(new DeviceOptions { Device = "rocm", FallbackOnError = false }, TestContext.Current.CancellationToken));
        (await RunAsync(engine, Order("hello.wav"))).Sentences.ShouldNotBeEmpty();
        engine.Workers[0].Devices[^1].ShouldBe("cpu: as configured");

        await engine.SwitchDevicesAsync(new DeviceOptions { Device = "auto", Priority = ["cpu"] }, TestContext.Current.CancellationToken);
        (await RunAsync(engine, Order("hello.wav"))).Sentences.ShouldNotBeEmpty();
        engine.Workers[0].Devices[^1].ShouldStartWith("cpu: the first");
    }

    internal ITranscriptionEngine Create(ServerOptions options) => Create(options, TimeProvider.System);

    internal abstract ITranscriptionEngine Create(ServerOptions options, TimeProvider time);

    internal async Task<ITranscriptionEngine> StartAsync(ServerOptions options)
    {
        ITranscriptionEngine engine = Create(options);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        await Wait.UntilReadyAsync(engine);
        return engine;
    }

    /// <summary>The engine of the whole class, ready: for tests that leave it as they found it.</summary>
    internal async Task<ITranscriptionEngine> SharedAsync() => await shared.GetAsync(Create);

    internal static Task<Transcript> RunAsync(ITranscriptionEngine engine, WorkOrder order) => engine.RunAsync(order, new ListProgress(), TestContext.Current.CancellationToken);

    internal static WorkOrder Order(string sample) => new() { JobId = Guid.NewGuid(), AudioPath = TestPaths.Sample(sample), FileName = sample };

    internal string Copy(string name)
    {
        CopyFolder(Folder.Options().Funasr.Bundle, Folder.File(name));
        Rename(Folder.File(name), name + "-0");
        return Folder.File(name);
    }

    // Another name is another bundle. As if it had been written a while ago: nobody has to wait until its files are quiet.
    private static void Rename(string bundle, string name)
    {
        string path = Path.Combine(bundle, "bundle.json");
        File.WriteAllText(path, System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(path), "\"name\": *\"[^\"]*\"", $"\"name\": \"{name}\"", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        DateTime time = DateTime.UtcNow - TimeSpan.FromMinutes(5);
        File.SetLastWriteTimeUtc(path, time);
        foreach (string directory in Directory.EnumerateDirectories(bundle, "*", SearchOption.AllDirectories).Append(bundle))
            Directory.SetLastWriteTimeUtc(directory, time);
        foreach (string file in Directory.EnumerateFiles(bundle, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, file == path ? time + TimeSpan.FromSeconds(name[^1] - '0') : time);
    }

    private static void CopyFolder(string from, string to)
    {
        string half = to + ".half";
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => !file.Contains("training", StringComparison.Ordinal)))
        {
            string copy = Path.Combine(half, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        Directory.Move(half, to);
    }
}
