using System.ComponentModel;
using System.Diagnostics;

namespace Parley.Server.Tests;

/// <summary>Programs of tests that need npm packages. They run in the folder of build results.</summary>
internal static class NodeFolder
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>A folder with a program and its packages, which are fetched once. The test is skipped where that cannot be done.</summary>
    /// <param name="name">Of the folder that has the program and its package.json, below the tests.</param>
    public static async Task<string> InstallAsync(string name)
    {
        string source = Path.Combine(TestPaths.Root, "tests", "Parley.Server.Tests", name);
        string folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, name)).FullName;
        foreach (string file in Directory.EnumerateFiles(source))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        try
        {
            (int status, string version, _) = await RunAsync("node", ["--version"], folder);
            Assert.SkipUnless(status == 0 && int.TryParse(version.TrimStart('v').Split('.')[0], out int major) && major >= 20, $"Node.js 20 or later is needed; found {version}.");
        }
        catch (Win32Exception)
        {
            Assert.Skip("Node.js is not installed.");
        }

        if (!File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json")))
        {
            string npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
            (int status, _, string trouble) = await RunAsync(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
            Assert.SkipUnless(status == 0, $"npm cannot fetch the packages of {name}: {trouble}");
        }

        return folder;
    }

    public static async Task<(int Status, string Output, string Trouble)> RunAsync(string program, string[] arguments, string folder)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        using CancellationTokenSource late = new(Patience);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(late.Token), trouble = process.StandardError.ReadToEndAsync(late.Token);
            await process.WaitForExitAsync(late.Token);
            return (process.ExitCode, (await output).Trim(), await trouble);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
