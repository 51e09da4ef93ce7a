using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Parley.Server.Protocols;

/// <summary>JSON of answers, as UTF-8. Pure.</summary>
internal static class JsonBytes
{
    // Chinese stays readable; an answer is never part of a page.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One value.</summary>
    public static ReadOnlyMemory<byte> Of(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> body = new();
        using (Utf8JsonWriter json = new(body, Options))
            write(json);
        return body.WrittenMemory;
    }
}
