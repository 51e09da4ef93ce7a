using System.Diagnostics;

namespace Parley.Tests.Cli;

/// <summary>The script ./parley in a checkout of its own, with a program in place of dotnet that writes down how it is called.</summary>
public sealed class LaunchScriptTests : IDisposable
{
    private const string FakeDotnet = """
        #!/bin/bash
        log="$(dirname "$0")/calls"
        case $1 in
          --list-sdks) echo "10.0.100 [/sdk]" ;;
          build)
            echo build >>"$log"
            echo "noise of the build"
            [ -e "$(dirname "$0")/fail" ] && exit 1
            mkdir -p artifacts/bin/Parley.Cli/release && : >artifacts/bin/Parley.Cli/release/Parley.Cli.dll
            ;;
          *) shift; echo "in $PWD"; printf '<%s>\n' "$@" ; exit 7 ;;
        esac
        """;

    private readonly TempFolder _folder = new();

    public LaunchScriptTests()
    {
        foreach (string file in new[] { "parley", "eng/setup.sh" })
        {
            _folder.Write($"repo/{file}");
            File.Copy(Path.Combine(TestPaths.RepositoryRoot, file), _folder[$"repo/{file}"], overwrite: true);
        }

        foreach (string file in new[] { "src/Program.cs", "package.json", "package-lock.json", "global.json", "Directory.Build.props", "Directory.Packages.props", ".editorconfig" })
            Age(_folder.Write($"repo/{file}"));
        Age(_folder["repo/src"]);
        Directory.CreateDirectory(_folder["repo/node_modules/onnxruntime-node"]);
        Directory.CreateDirectory(_folder["repo/node_modules/com.github.asus4.onnxruntime"]);
        _folder.Write("bin/dotnet", FakeDotnet);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script needs bash.");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder["bin/dotnet"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private int Builds => File.Exists(_folder["bin/calls"]) ? File.ReadAllLines(_folder["bin/calls"]).Count(line => line == "build") : 0;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Arguments_directory_output_and_status_are_passed_through_exactly()
    {
        string[] args = ["transcribe", "a b.wav", "", "*", "$HOME", "it's \"quoted\"", "line\nbreak", "-", "--", "back\\slash", "会议.m4a"];
        CliResult result = await RunAsync(args);
        result.ExitCode.ShouldBe(7);
        result.Output.ShouldBe($"in {_folder.Root}\n" + string.Concat(args.Select(arg => $"<{arg}>\n")));
        result.Error.ShouldBe("Building parley ...\n");
    }

    [Fact]
    public async Task Nothing_is_built_again_until_a_source_changes_or_goes()
    {
        await RunAsync("x");
        CliResult second = await RunAsync("x");
        second.Error.ShouldBeEmpty();
        Builds.ShouldBe(1);

        File.WriteAllText(_folder["repo/src/Program.cs"], "changed");
        await RunAsync("x");
        Builds.ShouldBe(2);

        File.Delete(_folder["repo/src/Program.cs"]);
        await RunAsync("x");
        Builds.ShouldBe(3);

        File.Delete(_folder["repo/artifacts/bin/Parley.Cli/release/Parley.Cli.dll"]);
        await RunAsync("x");
        await RunAsync("x");
        Builds.ShouldBe(4);
    }

    [Fact]
    public async Task Several_starts_at_once_build_once()
    {
        CliResult[] results = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => RunAsync($"{i}")));
        results.Select(result => result.ExitCode).ShouldAllBe(status => status == 7);
        Builds.ShouldBe(1);
    }

    [Fact]
    public async Task A_build_that_fails_shows_its_log_and_is_tried_again()
    {
        _folder.Write("bin/fail");
        CliResult failed = await RunAsync("x");
        failed.ExitCode.ShouldBe(1);
        failed.Output.ShouldBeEmpty();
        failed.Error.ShouldContain("noise of the build");

        File.Delete(_folder["bin/fail"]);
        (await RunAsync("x")).ExitCode.ShouldBe(7);
    }

    [Fact]
    public async Task Links_to_the_script_work()
    {
        File.CreateSymbolicLink(_folder["bin/first"], "../repo/parley");
        File.CreateSymbolicLink(_folder["second"], _folder["bin/first"]);
        (await FinishAsync(Start(_folder["second"], "x"))).Output.ShouldEndWith("<x>\n");
    }

    // Real files are older than a build; these are made a moment before it.
    private static void Age(string path)
    {
        if (Directory.Exists(path))
            Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-1));
        else
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-1));
    }

    private static async Task<CliResult> FinishAsync(Process process)
    {
        using (process)
            return await CliProcess.FinishAsync(process);
    }

    private Task<CliResult> RunAsync(params string[] args) => FinishAsync(Start(_folder["repo/parley"], args));

    private Process Start(string script, params string[] args) => CliProcess.Start(
        "bash",
        _folder.Root,
        new Dictionary<string, string> { ["PATH"] = $"{_folder["bin"]}:{Environment.GetEnvironmentVariable("PATH")}", ["PARLEY_NO_INSTALL"] = "1" },
        [script, .. args]);
}
