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
        MakeExecutable("bin/dotnet");
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
    public async Task Several_starts_at_once_build_once_where_there_is_no_flock()
    {
        string path = PathWithout("flock");
        CliResult[] results = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => StartAsync([$"{i}"], path: path)));
        results.Select(result => result.ExitCode).ShouldAllBe(status => status == 7);
        Builds.ShouldBe(1);
        Directory.Exists(_folder["repo/artifacts/.lock.d"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_lock_left_by_a_killed_build_is_taken_over()
    {
        const int NobodysProcess = int.MaxValue; // beyond the highest process id of any system
        _folder.Write("repo/artifacts/.lock.d/pid", $"{NobodysProcess}");
        (await StartAsync(["x"], path: PathWithout("flock"))).ExitCode.ShouldBe(7);
    }

    [Fact]
    public async Task Ffmpeg_is_installed_once_where_the_user_may_and_its_absence_stops_nothing()
    {
        string path = PathWithout("ffmpeg", "ffprobe", "sudo", "brew", "dnf", "apk", "pacman");
        _folder.Write("bin/id", "#!/bin/bash\necho 0\n");
        _folder.Write("bin/apt-get", "#!/bin/bash\necho \"$@\" >>\"$(dirname \"$0\")/apt\"\nexit 1\n");
        MakeExecutable("bin/id", "bin/apt-get");

        CliResult first = await StartAsync(["x"], path: path, install: true);
        first.ExitCode.ShouldBe(7);
        first.Error.ShouldContain("ffmpeg was not found: WAV files work");
        File.ReadAllLines(_folder["bin/apt"]).ShouldBe(
            ["install -y --no-install-recommends ffmpeg", "update"]);

        File.WriteAllText(_folder["repo/src/Program.cs"], "changed");
        (await StartAsync(["x"], path: path, install: true)).Error.ShouldBe("Building parley ...\n");
    }

    [Fact]
    public async Task Missing_tools_are_named_with_the_way_to_get_them()
    {
        Directory.Delete(_folder["repo/node_modules"], recursive: true);
        CliResult result = await StartAsync(["x"], path: PathWithout("npm", "node"));
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("npm");
        result.Error.ShouldContain("https://nodejs.org");
        Builds.ShouldBe(0);
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
        (await StartAsync(["x"], script: _folder["second"])).Output.ShouldEndWith("<x>\n");
    }

    // Real files are older than a build; these are made a moment before it.
    private static void Age(string path)
    {
        if (Directory.Exists(path))
            Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-1));
        else
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-1));
    }

    private Task<CliResult> RunAsync(params string[] args) => StartAsync(args);

    private async Task<CliResult> StartAsync(string[] args, string? script = null, string? path = null, bool install = false)
    {
        Dictionary<string, string> environment = new()
        {
            ["PATH"] = $"{_folder["bin"]}:{path ?? Environment.GetEnvironmentVariable("PATH")}",
            ["PARLEY_NO_INSTALL"] = install ? "" : "1",
        };
        using Process process = CliProcess.Start("/bin/bash", _folder.Root, environment, [script ?? _folder["repo/parley"], .. args]);
        return await CliProcess.FinishAsync(process);
    }

    /// <summary>A folder with links to all programs of the system but some.</summary>
    private string PathWithout(params string[] names)
    {
        string folder = Directory.CreateDirectory(_folder["tools"]).FullName;
        foreach (string program in new[] { "/usr/bin", "/bin" }.Where(Directory.Exists).SelectMany(Directory.EnumerateFiles))
        {
            string link = Path.Combine(folder, Path.GetFileName(program));
            if (!names.Contains(Path.GetFileName(program)) && !File.Exists(link) && new FileInfo(link).LinkTarget is null)
                File.CreateSymbolicLink(link, program);
        }

        return folder;
    }

    private void MakeExecutable(params string[] files)
    {
        foreach (string file in files)
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(_folder[file], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
