using System.Globalization;
using System.Text.Json;
using Parley.Server.Protocols.Forms;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>
/// Checks <c>chunking_strategy</c>: <c>auto</c>, or an object of type <c>server_vad</c> as JSON or as fields in brackets. This server always cuts by
/// voice activity, with the settings that its models were made for, so the field is checked and changes nothing.
/// </summary>
internal static class ChunkingStrategy
{
    private const string Field = "chunking_strategy";
    private const string Type = "type";
    private const int MaxMs = 3_600_000;

    /// <exception cref="OpenAiException">The field is wrong.</exception>
    public static void Check(MultipartForm form)
    {
        string[] members = [.. form.Members(Field)];
        if (form.Value(Field) is { } text && text is not ("auto" or "null"))
            CheckJson(text);
        if (members.Length == 0)
            return;
        if (!members.Contains(Type, StringComparer.Ordinal))
            throw WrongType("");
        foreach (string member in members)
            CheckMember(member, form.Value($"{Field}[{member}]") ?? "");
    }

    private static void CheckJson(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                if (!root.TryGetProperty(Type, out _))
                    throw WrongType("");
                foreach (JsonProperty member in root.EnumerateObject())
                    CheckMember(member.Name, member.Value.ToString());
                return;
            }

            // A client that serialises every field sends the word with quotes.
            if (root.ValueKind == JsonValueKind.String && root.ValueEquals("auto"u8))
                return;
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw Wrong(Field, $"chunking_strategy must be auto, or an object such as {{\"type\":\"server_vad\"}}; found '{Quoted.Text(text)}'.");
    }

    private static void CheckMember(string name, string value)
    {
        switch (name)
        {
            case Type when value is not "server_vad":
                throw WrongType(value);
            case "threshold" when !(double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) && share is >= 0 and <= 1):
                throw Wrong($"{Field}.threshold", $"chunking_strategy.threshold must be a number from 0 to 1; found '{Quoted.Text(value)}'.");
            case "prefix_padding_ms" or "silence_duration_ms" when !(int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int ms) && ms <= MaxMs):
                throw Wrong($"{Field}.{name}", $"chunking_strategy.{name} must be a whole number of milliseconds from 0 to {MaxMs}; found '{Quoted.Text(value)}'.");
            case Type or "threshold" or "prefix_padding_ms" or "silence_duration_ms":
                break;
            default:
                throw Wrong(Field, $"chunking_strategy has no member '{Quoted.Text(name)}'; it has type, threshold, prefix_padding_ms and silence_duration_ms.");
        }
    }

    private static OpenAiException WrongType(string value)
        => Wrong($"{Field}.type", $"chunking_strategy.type must be server_vad; found '{Quoted.Text(value)}'.");

    private static OpenAiException Wrong(string field, string message) => new(OpenAiError.Invalid(field, message, "invalid_value"));
}
