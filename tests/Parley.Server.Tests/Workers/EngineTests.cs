using Parley.Audio;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Server.Configuration;
using Parley.Server.Workers;
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
        progress.Reports.First().ShouldBe(new WorkProgress(1, TimeSpan.Zero, null));
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
        engine.ModelIdentity.ShouldBe("none");
        await engine.StartAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => engine.Workers[0].State == "broken", "a broken worker");

        engine.IsReady.ShouldBeFalse();
        engine.Workers[0].Error!.ShouldContain(bundle);
        (await Should.ThrowAsync<ModelFileException>(() => RunAsync(engine, Order("hello.wav")))).Message.ShouldContain(bundle);

        CopyFolder(options.Funasr.Bundle, bundle);
        await Until.TrueAsync(() => engine.IsReady, "an engine that has found its models");
        engine.Workers[0].Error.ShouldBeNull();
        engine.ModelIdentity.ShouldStartWith("demo-");
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

    internal abstract ITranscriptionEngine Create(ServerOptions options);

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
