using System.Globalization;
using Microsoft.AspNetCore.Http;
using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.JobsApi.Uploads;

/// <summary>The headers of tus 1.0.0 (https://tus.io/protocols/resumable-upload).</summary>
internal static class Tus
{
    public const string Version = "1.0.0";
    public const string Extensions = "creation,creation-with-upload,checksum,expiration,termination";
    public const string ContentType = "application/offset+octet-stream";

    public const string ResumableHeader = "Tus-Resumable";
    public const string VersionHeader = "Tus-Version";
    public const string OffsetHeader = "Upload-Offset";
    public const string LengthHeader = "Upload-Length";
    public const string MetadataHeader = "Upload-Metadata";
    public const string ExpiresHeader = "Upload-Expires";
    public const string ChecksumHeader = "Upload-Checksum";
    public const string MethodHeader = "X-HTTP-Method-Override";

    /// <summary>Where the job is that an upload became.</summary>
    public const string JobHeader = "Parley-Job";

    private const int MaxMetadata = 16 << 10;

    /// <summary>Marks the answer, and looks whether the request speaks this version.</summary>
    /// <exception cref="ProblemException">It does not.</exception>
    public static void Begin(HttpContext http)
    {
        http.Response.Headers[ResumableHeader] = Version;
        if (string.Equals(http.Request.Headers[ResumableHeader].ToString(), Version, StringComparison.Ordinal))
            return;
        http.Response.Headers[VersionHeader] = Version;
        throw Problems.TusVersion.Because($"Send the header {ResumableHeader}: {Version}, as clients of tus do.");
    }

    /// <summary>
    /// Whether a client asks how far an upload is. Its answer to that is 423 while the server starts or stops: clients take every other failure for the
    /// end of the upload, and send all of it again.
    /// </summary>
    public static bool IsQuestion(HttpRequest request) => HttpMethods.IsHead(request.Method) && request.Path.StartsWithSegments($"{ApiRoutes.Root}/uploads", StringComparison.Ordinal);

    /// <summary>A header that is a count of bytes.</summary>
    /// <exception cref="ProblemException">It is missing, or none.</exception>
    public static long Bytes(HttpRequest request, string header)
        => long.TryParse(request.Headers[header].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw Problems.Invalid(header, $"The header {header} must be a number of bytes; found '{Quoted.Text(request.Headers[header].ToString())}'.");

    /// <summary>The header <c>Upload-Metadata</c>; empty when there is none.</summary>
    /// <exception cref="ProblemException">It is too long.</exception>
    public static string Metadata(HttpRequest request)
    {
        string header = request.Headers[MetadataHeader].ToString();
        return header.Length <= MaxMetadata ? header : throw Problems.Invalid(MetadataHeader, $"{MetadataHeader} may have {MaxMetadata} characters; it has {header.Length}.");
    }

    /// <summary>The header <c>Upload-Checksum</c>; null when there is none.</summary>
    /// <exception cref="ProblemException">It cannot be read, or names another algorithm.</exception>
    public static UploadChecksum? Checksum(HttpRequest request)
    {
        if (request.Headers[ChecksumHeader].ToString() is not { Length: > 0 } header)
            return null;
        return UploadChecksum.Read(header, out string? problem) ?? throw Problems.Invalid(ChecksumHeader, problem!);
    }

    /// <summary>How far an upload is, and when it is dropped if nobody goes on with it.</summary>
    public static void Show(HttpResponse response, long offset, DateTimeOffset? expiry)
    {
        response.Headers[OffsetHeader] = offset.ToString(CultureInfo.InvariantCulture);
        if (expiry is { } time)
            response.Headers[ExpiresHeader] = time.ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>The upload is a job now.</summary>
    public static void ShowJob(HttpResponse response, Guid id) => response.Headers[JobHeader] = $"{ApiRoutes.Root}/jobs/{id:D}";
}
