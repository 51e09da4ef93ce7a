using System.Text.Encodings.Web;
using System.Text.Json;

namespace Parley.Cli.Devices;

/// <summary>JSON for other programs: names in snake case, letters of all scripts as they are.</summary>
internal static class DeviceJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(TextWriter output, object value) => output.Write(JsonSerializer.Serialize(value, Options) + "\n");

    /// <summary>The name of an enumeration's value, as that of a property.</summary>
    public static string NameOf(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
