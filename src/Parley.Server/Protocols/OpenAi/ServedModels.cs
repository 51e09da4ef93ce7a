using System.Collections.Concurrent;
using System.Text.Json;
using Parley.Models;
using Parley.Server.Workers.Bundles;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>The names under which bundles answer: their own, and for the default those that OpenAI's applications ask for. Safe for concurrent calls.</summary>
internal sealed class ServedModels(ServedBundles bundles)
{
    /// <summary>OpenAI's name for transcripts with speakers.</summary>
    public const string Diarizing = "gpt-4o-transcribe-diarize";

    /// <summary>OpenAI's oldest model: it has neither streams nor log probabilities.</summary>
    public const string Whisper = "whisper-1";

    private static readonly string[] Aliases =
        [Whisper, "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-4o-mini-transcribe-2025-12-15", Diarizing];

    private readonly ConcurrentDictionary<string, DateTimeOffset> _created = new(StringComparer.Ordinal);

    /// <summary>All names, the default bundle's own first.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            IReadOnlyList<string> own = bundles.Names;
            return [own[0], .. Aliases.Except(own, StringComparer.Ordinal), .. own.Skip(1)];
        }
    }

    /// <summary>Whether a name is one of them.</summary>
    /// <param name="name">The name.</param>
    /// <param name="bundle">What it stands for; null for the default.</param>
    public bool TryFind(string name, out string? bundle)
        => bundles.TryFind(name, out bundle) || Aliases.Contains(name, StringComparer.Ordinal);

    /// <summary>Writes a model object.</summary>
    public void Write(Utf8JsonWriter json, string name)
    {
        TryFind(name, out string? bundle);
        json.WriteStartObject();
        json.WriteString("id"u8, name);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, Created(bundle).ToUnixTimeSeconds());
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

    // Read once; a bundle that cannot be read yet (the workers say why) has no age.
    private DateTimeOffset Created(string? bundle)
    {
        if (_created.TryGetValue(bundle ?? "", out DateTimeOffset known))
            return known;
        try
        {
            return _created[bundle ?? ""] = new DateTimeOffset(File.GetLastWriteTimeUtc(bundles.Setup(bundle, pipelines: 1).LoadBundle().Asr.ModelPath));
        }
        catch (ModelFileException)
        {
            return DateTimeOffset.UnixEpoch;
        }
    }
}
