using Microsoft.ML.OnnxRuntime;
using Parley.Inference.Devices;

namespace Parley.Tests.Inference;

/// <summary>A machine as a test describes it.</summary>
internal sealed class FakeProviders : ProviderCatalog
{
    public IReadOnlyList<string> Providers { get; init; } = [];

    public IReadOnlyList<string> Libraries { get; init; } = [];

    public string? Refusal { get; init; }

    public string Version { get; init; } = "1.30.0";

    public override string RuntimeVersion => Version;

    public override bool Has(string provider) => Providers.Contains(provider);

    public override string? FindLibrary(string provider) => Libraries.Contains(provider) ? $"/there/{provider}" : null;

    public override string? TryStart(Action<SessionOptions> configure) => Refusal;
}
