using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Models;

/// <summary>The contents of <c>bundle.json</c>. Unknown keys are left alone: other programs may keep notes there.</summary>
internal sealed record BundleManifest
{
    public const string FileName = "bundle.json";

    /// <summary>Hundreds of checksums fit.</summary>
    private const long MaxBytes = 1 << 20;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    public string? Name { get; init; }

    public string? Description { get; init; }

    public string? Licence { get; init; }

    /// <summary>Stage name to model directory.</summary>
    public Dictionary<string, string?>? Stages { get; init; }

    /// <summary>Mean word confidence below which the audio is probably not what the bundle was trained for.</summary>
    public double? OutOfDomainConfidence { get; init; }

    /// <summary>Cosine from which on a speaker of this bundle's speaker model has a known voice.</summary>
    public double? KnownVoiceSimilarity { get; init; }

    /// <summary>File, relative to the bundle, to SHA-256.</summary>
    public Dictionary<string, string?>? Sha256 { get; init; }

    /// <summary>Reads the manifest of a bundle; null when the directory has none.</summary>
    /// <exception cref="ModelFileException">The manifest is no valid JSON or says impossible things.</exception>
    public static BundleManifest? Read(string directory)
    {
        string path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            long length = new FileInfo(path).Length;
            if (length > MaxBytes)
                throw new ModelFileException(path, $"{path} has {length} bytes; a manifest has at most {MaxBytes}.");
            BundleManifest manifest = JsonSerializer.Deserialize<BundleManifest>(File.ReadAllBytes(path), Json)
                ?? throw new ModelFileException(path, $"{path}: expected a JSON object, found null.");
            if (manifest.OutOfDomainConfidence is < 0 or > 1 or double.NaN)
                throw new ModelFileException(path, $"{path}: out_of_domain_confidence must lie in 0 .. 1, found {manifest.OutOfDomainConfidence}.");
            if (manifest.KnownVoiceSimilarity is < -1 or > 1 or double.NaN)
                throw new ModelFileException(path, $"{path}: known_voice_similarity must lie in -1 .. 1, found {manifest.KnownVoiceSimilarity}.");
            return manifest;
        }
        catch (JsonException error)
        {
            throw new ModelFileException(path, $"{path} is no valid manifest (line {error.LineNumber + 1}, {error.Path}): {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"Cannot read {path}: {error.Message}", error);
        }
    }

    /// <summary>The directory of each stage that the manifest names.</summary>
    /// <exception cref="ModelFileException">An unknown stage, or a relative directory outside the bundle.</exception>
    public IReadOnlyDictionary<ModelStage, string> StageDirectories(string bundle)
    {
        string path = Path.Combine(bundle, FileName);
        Dictionary<ModelStage, string> directories = [];
        foreach ((string key, string? value) in Stages ?? [])
        {
            if (!Enum.TryParse(key, ignoreCase: true, out ModelStage stage) || !Enum.IsDefined(stage) || char.IsAsciiDigit(key[0]))
                throw new ModelFileException(path, $"{path}: unknown stage '{key}'; the stages are {string.Join(", ", Enum.GetNames<ModelStage>()).ToLowerInvariant()}.");
            if (string.IsNullOrWhiteSpace(value))
                throw new ModelFileException(path, $"{path}: stage '{key}' names no directory.");
            string directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(value, bundle));
            if (!Path.IsPathRooted(value) && !directory.StartsWith(bundle + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new ModelFileException(path, $"{path}: stage '{key}' points out of the bundle ({value}). Write an absolute path if that is meant.");
            directories[stage] = directory;
        }

        return directories;
    }
}
