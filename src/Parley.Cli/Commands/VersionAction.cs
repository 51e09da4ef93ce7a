using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using System.Runtime.InteropServices;
using Parley.Cli.Configuration;
using Parley.Cli.Terminals;
using Parley.Inference;
using Parley.Models;

namespace Parley.Cli.Commands;

/// <summary>What is running here: the program, what it stands on, and the bundles it finds.</summary>
internal sealed class VersionAction(Terminal terminal) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        string version = typeof(VersionAction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        Settings settings = SettingsReader.Read(null, Environment.GetEnvironmentVariable, terminal.WriteError);
        string[] bundles = [.. ModelBundleLocator.Installed(settings.SearchFolders).Select(directory => Path.GetFileName(directory))];
        terminal.Output.Write($"parley {version}\n");
        terminal.Output.Write($".NET {Environment.Version} on {RuntimeInformation.RuntimeIdentifier}\n");
        terminal.Output.Write($"ONNX Runtime {OnnxRuntimeInfo.Version}\n");
        terminal.Output.Write($"bundles: {(bundles.Length == 0 ? "none" : string.Join(", ", bundles))}\n");
        return ExitCode.Done;
    }
}
