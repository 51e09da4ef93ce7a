using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Parley.Models;
using Parley.Server.Configuration;

namespace Parley.Server.Workers;

/// <summary>
/// Computes what <see cref="ITranscriptionEngine.IdentityOf"/> is: the bundle's name and a hash over its files, the options that decide about
/// the text, and the version of the library. Devices and threads are no part of it. Safe for concurrent use.
/// </summary>
internal sealed class ModelFingerprint(PipelineSetup setup, string? cachePath, ILogger logger)
{
    /// <summary>The identity of models that are not there: no result was made with them.</summary>
    public const string None = "none";

    private readonly Lock _lock = new();
    private string? _value;

    /// <summary>Where hashes are kept: beside the database.</summary>
    public static string? HashPath(ServerOptions options)
        => Path.GetDirectoryName(Path.GetFullPath(options.Database.Path)) is { } folder ? Path.Combine(folder, "model-hashes.json") : null;

    /// <summary>The identity, if it was computed; null before.</summary>
    public string? Known
    {
        get
        {
            lock (_lock)
                return _value;
        }
    }

    /// <summary>The identity; <see cref="None"/> while the bundle cannot be read. The first call may read gigabytes.</summary>
    public string Value
    {
        get
        {
            lock (_lock)
                return (_value ??= TryCompute()) ?? None;
        }
    }

    /// <summary>Computes the identity of a set-up.</summary>
    /// <exception cref="ModelFileException">The bundle is missing, incomplete or damaged.</exception>
    public static string Compute(PipelineSetup setup, ModelHashes hashes, CancellationToken cancellationToken)
    {
        ModelBundle bundle = setup.LoadBundle();
        StringBuilder text = new();
        text.Append(typeof(TranscriptionPipeline).Assembly.GetName().Version).Append('\n').Append(bundle.Name).Append('\n');
        foreach (StageModelFiles stage in bundle.Stages)
        {
            foreach (ModelFile file in stage.Files)
                text.Append($"{stage.Stage} {Path.GetFileName(file.Path)} {hashes.Of(file, cancellationToken)}\n");
        }

        text.Append(JsonSerializer.Serialize(setup.Options(devices: null)));
        return $"{bundle.Name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..32]}";
    }

    private string? TryCompute()
    {
        try
        {
            ModelHashes hashes = new(cachePath, logger);
            string identity = Compute(setup, hashes, CancellationToken.None);
            hashes.Save();
            logger.Identity(identity);
            return identity;
        }
        catch (ModelFileException)
        {
            // Those who load the models say so; here it is asked again next time.
            return null;
        }
    }
}
