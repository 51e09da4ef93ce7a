namespace Parley.Models.Onnx;

/// <summary>The project's own operators, as files name them. They stand in rewritten networks alone.</summary>
internal static class OwnDomain
{
    /// <summary>Name of their domain.</summary>
    public const string Name = "parley";

    /// <summary>Version of their domain.</summary>
    public const int Version = 1;
}
