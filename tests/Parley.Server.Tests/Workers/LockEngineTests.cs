using Parley.Server.Configuration;
using Parley.Server.Workers;

namespace Parley.Server.Tests.Workers;

public sealed class LockEngineTests(SharedEngine shared) : EngineTests(shared)
{
    [Fact]
    public async Task Pipelines_share_the_memory_that_there_is()
    {
        ServerOptions options = Folder.Options();
        FakeMemory memory = new();
        await using LockEngine engine = new(options with { Funasr = options.Funasr with { Bundles = [Copy("office")] } }, memory: memory);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        await Wait.UntilReadyAsync(engine);

        await RunAsync(engine, Order("hello.wav") with { Bundle = "office" });
        engine.Workers[0].Bundles.ShouldBe(["demo", "office"]);
        await RunAsync(engine, Order("hello.wav"));
        memory.AvailableBytes = 0;
        engine.Workers[0].Bundles.ShouldBe(["demo", "office"]); // nobody needs any yet

        File.SetLastWriteTimeUtc(Path.Combine(Folder.File("office"), "bundle.json"), DateTime.UtcNow - TimeSpan.FromDays(1));
        File.AppendAllText(Path.Combine(Folder.File("office"), "asr", "config.yaml"), "\n");
        File.SetLastWriteTimeUtc(Path.Combine(Folder.File("office"), "asr", "config.yaml"), DateTime.UtcNow - TimeSpan.FromDays(1));
        await RunAsync(engine, Order("hello.wav") with { Bundle = "office" });

        engine.Workers[0].Bundles.ShouldBe(["office"]);
        (await RunAsync(engine, Order("hello.wav"))).Sentences.ShouldNotBeEmpty();
    }

    internal override ITranscriptionEngine Create(ServerOptions options, TimeProvider time) => new LockEngine(options, time: time);
}
