using System.Text.Json;

namespace Parley.Tests.Golden;

/// <summary>Reads the reference data; a test whose data is absent is skipped with the reason.</summary>
internal static class GoldenData
{
    /// <summary>Full path of a golden file; skips the running test when it is not there.</summary>
    public static string Path(params string[] parts)
    {
        string path = System.IO.Path.Combine([TestPaths.GoldenRoot, .. parts]);
        Assert.SkipUnless(File.Exists(path), $"Reference data not found: {path}. Set PARLEY_GOLDEN to a directory that holds it.");
        return path;
    }

    /// <summary>The "cases" of a golden JSON file; skips the running test when it is not there.</summary>
    public static JsonElement Load(params string[] parts)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path(parts)));
        return document.RootElement.Clone();
    }

    /// <summary>A case's expectation: that of FunASR 1.2.7 where the two versions differ, else the common one.</summary>
    public static JsonElement Expected(JsonElement goldenCase)
        => goldenCase.TryGetProperty("expected_1_2_7", out JsonElement older) ? older : goldenCase.GetProperty("expected");
}
