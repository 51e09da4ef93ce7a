using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference.Devices;

/// <summary>What the native ONNX Runtime of this process can do. Virtual, so that tests can describe other machines.</summary>
internal class ProviderCatalog
{
    private static readonly Version Oldest = new(1, 29);
    private readonly Lazy<string[]> _providers = new(() => OrtEnv.Instance().GetAvailableProviders());

    /// <summary>The runtime of this process.</summary>
    public static ProviderCatalog Runtime { get; } = new();

    /// <summary>Version of ONNX Runtime.</summary>
    public virtual string RuntimeVersion => OrtEnv.Instance().GetVersionString();

    /// <summary>Whether the runtime was built with a provider; those in libraries of their own may still be missing.</summary>
    public virtual bool Has(string provider) => _providers.Value.Contains(provider, StringComparer.Ordinal);

    /// <summary>Path of a provider's own library; null when it is not installed.</summary>
    /// <param name="provider">Such as <c>cuda</c>.</param>
    public virtual string? FindLibrary(string provider)
    {
        string file = LibraryFileName(provider);
        string rid = RuntimeInformation.RuntimeIdentifier;
        string[] folders = [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", rid, "native")];
        return folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }

    /// <summary>File name of a provider's own library on this system.</summary>
    public static string LibraryFileName(string provider)
        => OperatingSystem.IsWindows() ? $"onnxruntime_providers_{provider}.dll" : $"libonnxruntime_providers_{provider}.so";

    /// <summary>Sets up a session and throws it away: the cheapest way to learn whether a provider really starts.</summary>
    /// <returns>Null when it does, else what the runtime says, in one line.</returns>
    public virtual string? TryStart(Action<SessionOptions> configure)
    {
        try
        {
            // The provider's complaints come as exceptions; on the console they would look like errors of ours.
            OrtEnv.Instance().EnvLogLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
            using SessionOptions session = new();
            configure(session);
            return null;
        }
        catch (Exception error) when (error is OnnxRuntimeException or DllNotFoundException or EntryPointNotFoundException)
        {
            return RuntimeMessage.Shorten(error.Message);
        }
    }

    /// <summary>Warnings about the runtime's own version.</summary>
    public IReadOnlyList<string> VersionWarnings()
        => Version.TryParse(RuntimeVersion, out Version? version) && version < Oldest
            ? [$"ONNX Runtime {RuntimeVersion} is older than {Oldest}, with which this program is tested. Install the onnxruntime-node package that package.json names."]
            : [];
}
