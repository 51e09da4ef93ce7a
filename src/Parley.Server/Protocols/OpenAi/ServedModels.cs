using System.Text.Json;
using Parley.Models;
using Parley.Server.Configuration;
using Parley.Server.Workers;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>The names under which the loaded bundle answers: its own, and those that OpenAI's applications ask for. Safe for concurrent calls.</summary>
internal sealed class ServedModels(ModelOptions options)
{
    /// <summary>OpenAI's name for transcripts with speakers.</summary>
    public const string Diarizing = "gpt-4o-transcribe-diarize";

    /// <summary>OpenAI's oldest model: it has neither streams nor log probabilities.</summary>
    public const string Whisper = "whisper-1";

    private static readonly string[] Aliases =
        [Whisper, "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-4o-mini-transcribe-2025-12-15", Diarizing];

    private volatile Known? _known;

    /// <summary>All names, the bundle's own first.</summary>
    public IReadOnlyList<string> Names => [Bundle().Name, .. Aliases.Except([Bundle().Name], StringComparer.Ordinal)];

    /// <summary>Whether a name is one of them.</summary>
    public bool Has(string name) => Aliases.Contains(name, StringComparer.Ordinal) || string.Equals(name, Bundle().Name, StringComparison.Ordinal);

    /// <summary>Writes a model object.</summary>
    public void Write(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, name);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, Bundle().Created.ToUnixTimeSeconds());
        json.WriteString("owned_by"u8, "parley"u8);
        json.WriteEndObject();
    }

    /// <summary>Writes the list of all.</summary>
    public void WriteList(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (string name in Names)
            Write(json, name);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Read once; a bundle that cannot be read yet (the workers say why) is known by the name in the options until it can.
    private Known Bundle()
    {
        if (_known is { } known)
            return known;
        try
        {
            ModelBundle bundle = PipelineSetup.For(options, pipelines: 1).LoadBundle();
            return _known = new Known(bundle.Name, new DateTimeOffset(File.GetLastWriteTimeUtc(bundle.Asr.ModelPath)));
        }
        catch (ModelFileException)
        {
            return new Known(Path.GetFileName(options.Bundle.TrimEnd('/', '\\')), DateTimeOffset.UnixEpoch);
        }
    }

    private sealed record Known(string Name, DateTimeOffset Created);
}
