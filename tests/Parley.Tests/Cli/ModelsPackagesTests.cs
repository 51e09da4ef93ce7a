namespace Parley.Tests.Cli;

/// <summary>The real program carrying the bundle that comes with it to an empty folder, and away from there.</summary>
public sealed class ModelsPackagesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_bundle_is_exported_imported_after_a_trial_and_removed()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(TestPaths.DemoBundle, "bundle.json")), $"The demo models are not there: {TestPaths.DemoBundle}.");
        CliResult export = await CliProcess.RunAsync(_folder.Root, "models", "export", "demo", "-o", "demo.tar");
        (export.ExitCode, export.Output).ShouldBe((0, _folder["demo.tar"] + "\n"), export.Error);

        CliResult import = await CliProcess.RunAsync(_folder.Root, "models", "import", "demo.tar", "--into", "models", "--name", "copy");
        (import.ExitCode, import.Output).ShouldBe((0, _folder["models/copy"] + "\n"), import.Error);
        import.Error.ShouldContain("All 4 stages run; hello.wav: ");
        import.Error.ShouldContain($"use --models {_folder["models/copy"]}");

        (await CliProcess.RunAsync(_folder.Root, "models", "verify", "models/copy")).Output.ShouldNotContain("no SHA-256 recorded");

        CliResult asked = await CliProcess.RunAsync(_folder.Root, "models", "remove", "copy", "--from", "models");
        (asked.ExitCode, Directory.Exists(_folder["models/copy"])).ShouldBe((2, true), asked.Error);
        CliResult removed = await CliProcess.RunAsync(_folder.Root, "models", "remove", "copy", "--from", "models", "--yes");
        (removed.ExitCode, Directory.Exists(_folder["models/copy"])).ShouldBe((0, false), removed.Error);
    }
}
