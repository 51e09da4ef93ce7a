using System.Reflection;

namespace Parley.Server.Tests;

/// <summary>Where things of the repository lie.</summary>
internal static class TestPaths
{
    public static string Root { get; } = typeof(TestPaths).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(item => item.Key == "RepositoryRoot").Value!.TrimEnd('/');

    public static string Sample(string name) => Path.Combine(Root, "samples", name);

    /// <summary>The <c>parley</c> program of this build, to be started with <c>dotnet</c>.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "Parley.Cli.dll");
}
