namespace Parley.Inference.Optimized;

/// <summary>A file that runs in place of a bundle's.</summary>
/// <param name="Path">Its path.</param>
/// <param name="IsRewritten">Whether it computes in another way than the original: see <see cref="OptimizedModels"/>.</param>
/// <param name="IsMapped">Whether it is the form that the runtime maps: see <see cref="MappedModels"/>.</param>
internal readonly record struct NetworkFile(string Path, bool IsRewritten, bool IsMapped)
{
    /// <summary>The fastest form of a network that is there.</summary>
    /// <param name="original">The bundle's file.</param>
    /// <param name="unusable">Files that turned out not to load.</param>
    public static NetworkFile Best(string original, IReadOnlySet<string> unusable)
    {
        string source = OptimizedModels.FileFor(original) is { } rewritten && !unusable.Contains(rewritten) ? rewritten : original;
        bool isRewritten = !string.Equals(source, original, StringComparison.Ordinal);
        return MappedModels.FileFor(original, source) is { } mapped && !unusable.Contains(mapped)
            ? new NetworkFile(mapped, isRewritten, IsMapped: true)
            : new NetworkFile(source, isRewritten, IsMapped: false);
    }
}
