using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Parley.Models;
using Parley.Server.Configuration;

namespace Parley.Server.Workers;

/// <summary>
/// Computes what <see cref="ITranscriptionEngine.ModelIdentity"/> is: the bundle's name and a hash over its files, the options that decide about
/// the text, and the version of the library. Devices and threads are no part of it. Safe for concurrent use.
/// </summary>
internal sealed class ModelFingerprint(PipelineSetup setup, string? cachePath, ILogger logger)
{
    /// <summary>The identity of models that are not there: no result was made with them.</summary>
    public const string None = "none";

    private readonly Lock _lock = new();
    private string? _value;
    private bool? _takesLanguage;

    /// <summary>The identity for the server's options; hashes are kept beside the database.</summary>
    public static ModelFingerprint For(ServerOptions options, ILogger logger) => new(
        PipelineSetup.For(options.Funasr, pipelines: 1),
        Path.GetDirectoryName(Path.GetFullPath(options.Database.Path)) is { } folder ? Path.Combine(folder, "model-hashes.json") : null,
        logger);

    /// <summary>The identity; <see cref="None"/> while the bundle cannot be read. The first call may read gigabytes.</summary>
    public string Value
    {
        get
        {
            lock (_lock)
                return (_value ??= TryCompute()) ?? None;
        }
    }

    /// <summary>Whether the recogniser can be told a language; false while the bundle cannot be read.</summary>
    public bool TakesLanguage
    {
        get
        {
            lock (_lock)
                return (_takesLanguage ??= TryAskRecognizer()) ?? false;
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

    private bool? TryAskRecognizer()
    {
        try
        {
            return setup.LoadBundle().Asr.TakesLanguage;
        }
        catch (ModelFileException)
        {
            return null; // as in TryCompute
        }
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
