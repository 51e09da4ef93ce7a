using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Server.Workers;

/// <summary>A reference recording of somebody, decoded: mono, 16 kHz, 16 bit, little-endian.</summary>
/// <param name="Name">Whose voice it is.</param>
/// <param name="Samples">Its samples as bytes.</param>
internal sealed record VoiceSample(string Name, byte[] Samples);

/// <summary>Reference recordings on disk, beside the recording that they go with: they live and die with it.</summary>
internal static class VoiceSamples
{
    private const string Suffix = ".voices";

    // Four times ten seconds, in base64.
    private const long MaxBytes = 8 << 20;

    /// <summary>Where the references of a recording lie.</summary>
    public static string PathFor(string audioPath) => audioPath + Suffix;

    /// <summary>Writes them; the file is on disk when this returns, though its name may not be.</summary>
    public static void Write(string path, IReadOnlyList<VoiceSample> samples)
    {
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        JsonSerializer.Serialize(file, [.. samples], VoiceSampleJson.Default.VoiceSampleArray);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Reads them.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<VoiceSample> Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        try
        {
            if (file.Length <= MaxBytes && JsonSerializer.Deserialize(file, VoiceSampleJson.Default.VoiceSampleArray) is { } samples
                && samples.All(sample => sample is { Name.Length: > 0, Samples.Length: > 0 }))
            {
                return samples;
            }
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"The reference voices in {path} are damaged: {error.Message}", error);
        }

        throw new InvalidDataException($"The reference voices in {path} are damaged.");
    }
}

[JsonSerializable(typeof(VoiceSample[]))]
internal sealed partial class VoiceSampleJson : JsonSerializerContext;
