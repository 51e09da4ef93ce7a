using System.Reflection;

namespace Parley.Benchmarks.Kernels;

/// <summary>Files of the repository that this program was built in.</summary>
internal static class Repository
{
    private static readonly string Root = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => string.Equals(attribute.Key, "RepositoryRoot", StringComparison.Ordinal)).Value!;

    /// <summary>Full path of a recording in <c>samples</c>.</summary>
    public static string Sample(string name) => Path.Combine(Root, "samples", name);
}
