using System.Reflection;

namespace Parley.Tests;

/// <summary>Where the tests find the repository and the reference data.</summary>
internal static class TestPaths
{
    public static string RepositoryRoot { get; } = typeof(TestPaths).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>Golden data: the environment variable PARLEY_GOLDEN, else ../shared/golden beside the repository.</summary>
    public static string GoldenRoot { get; } = Environment.GetEnvironmentVariable("PARLEY_GOLDEN") is { Length: > 0 } set
        ? set
        : Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", "golden"));

    /// <summary>Reference models (the real FSMN-VAD weights), beside the golden data.</summary>
    public static string ReferenceModels { get; } = Path.GetFullPath(Path.Combine(GoldenRoot, "..", "models"));

    public static string Samples => Path.Combine(RepositoryRoot, "samples");

    public static string DemoBundle => Path.Combine(RepositoryRoot, "models", "demo");
}
