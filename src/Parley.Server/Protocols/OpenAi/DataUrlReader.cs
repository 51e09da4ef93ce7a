using System.Text;
using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>Decodes a data URL (RFC 2397, base64) into a file as it comes. Memory: one buffer.</summary>
internal static class DataUrlReader
{
    private const int MaxHead = 256;
    private const long MaxBytes = 8 << 20;

    /// <summary>Reads one to its end.</summary>
    /// <param name="body">Its characters.</param>
    /// <param name="files">Where the file goes.</param>
    /// <param name="field">What errors call it.</param>
    /// <param name="cancellationToken">The client has gone.</param>
    /// <exception cref="OpenAiException">It is none, or too long.</exception>
    public static async Task<SpooledPayload> ReadAsync(Stream body, UploadFiles files, string field, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[32 << 10];
        int read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        int comma = buffer.AsSpan(0, Math.Min(read, MaxHead)).IndexOf((byte)',');
        string head = comma < 0 ? "" : Encoding.ASCII.GetString(buffer, 0, comma);
        if (!head.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || !head.EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            throw Wrong(field, "must be a data URL such as data:audio/wav;base64,UklGR…");
        using PayloadSpool spool = new(files, upload: null, MaxBytes);
        for (int start = comma + 1; read > 0 && spool.Length <= MaxBytes; start = 0)
        {
            spool.Append(buffer.AsSpan(start, read - start));
            await spool.WriteOutAsync(cancellationToken);
            read = await body.ReadAsync(buffer, cancellationToken);
        }

        SpooledPayload payload = await spool.CompleteAsync(cancellationToken);
        if (payload is { Fault: SpoolFault.None, Length: <= MaxBytes })
            return payload;
        payload.Dispose();
        throw payload.Fault switch
        {
            SpoolFault.DiskFull => new OpenAiException(OpenAiError.DiskFull),
            SpoolFault.WriteFailed => new OpenAiException(OpenAiError.Internal),
            SpoolFault.NotBase64 => Wrong(field, "must hold standard base64 with padding behind its comma."),
            _ => Wrong(field, $"must be no longer than {MaxBytes >> 20} MiB."),
        };
    }

    private static OpenAiException Wrong(string field, string message) => new(OpenAiError.Invalid(field, $"An entry of {field}[] {message}", "invalid_value"));
}
