using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Parley.Server.Configuration;
using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>Reads a multipart form as it comes: the file goes straight to disk, fields stay small. Safe for concurrent calls.</summary>
internal sealed class MultipartFormReader(ListenOptions options, UploadFiles files)
{
    private const int MaxBoundary = 200;
    private const int MaxFields = 128;
    private const int MaxFieldBytes = 256 << 10;
    private const long MiB = 1L << 20;

    // What surrounds the file: fields, and the headers of parts.
    private const long SpareBytes = 64 * MiB;

    /// <summary>Reads a form to its end.</summary>
    /// <exception cref="OpenAiException">It is none, or it breaks a limit; what was on disk of it is deleted.</exception>
    public async Task<MultipartForm> ReadAsync(HttpContext http)
    {
        string boundary = BoundaryOf(http.Request);
        long limit = options.MaxFileSizeMb * MiB;
        if (http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limit + SpareBytes;
        if (http.Request.ContentLength > limit + SpareBytes)
            throw new OpenAiException(OpenAiError.TooLarge(options.MaxFileSizeMb));
        if (!files.HasSpaceFor(http.Request.ContentLength ?? 0))
            throw new OpenAiException(OpenAiError.DiskFull);

        MultipartForm form = new();
        try
        {
            await ReadPartsAsync(http, new MultipartReader(boundary, http.Request.Body) { BodyLengthLimit = null }, form);
            return form;
        }
        catch (Exception error)
        {
            form.Dispose();
            if (Explain(error) is { } known)
                throw new OpenAiException(known);
            throw;
        }
    }

    private static string BoundaryOf(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw new OpenAiException(new OpenAiError(
                StatusCodes.Status415UnsupportedMediaType,
                OpenAiError.InvalidRequest,
                $"The request's content type is '{OpenAiError.Quote(request.ContentType ?? "")}'. Send the file and the fields as multipart/form-data.",
                Code: "unsupported_media_type"));
        }

        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        return boundary.Length is > 0 and <= MaxBoundary
            ? boundary
            : throw new OpenAiException(OpenAiError.Invalid(null, $"The content type multipart/form-data needs a boundary of 1 to {MaxBoundary} characters."));
    }

    private async Task ReadPartsAsync(HttpContext http, MultipartReader reader, MultipartForm form)
    {
        int fields = 0, bytesLeft = MaxFieldBytes;
        while (await reader.ReadNextSectionAsync(http.RequestAborted) is { } part)
        {
            if (!ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out ContentDispositionHeaderValue? disposition)
                || HeaderUtilities.RemoveQuotes(disposition.Name).ToString() is not { Length: > 0 } name)
            {
                throw new OpenAiException(OpenAiError.Invalid(null, "A part of the form has no name. Each needs 'Content-Disposition: form-data; name=\"…\"'."));
            }

            if (++fields > MaxFields)
                throw new OpenAiException(OpenAiError.Invalid(null, $"The form has more than {MaxFields} fields."));
            if (name is "file")
                await ReadFileAsync(http, part, disposition, form);
            else if (MultipartForm.PlainName(name) is KnownSpeakers.ReferencesField)
                await ReadReferenceAsync(part.Body, form, http.RequestAborted);
            else
                bytesLeft -= await ReadFieldAsync(part.Body, name, bytesLeft, form, http.RequestAborted);
        }
    }

    private async Task ReadFileAsync(HttpContext http, MultipartSection part, ContentDispositionHeaderValue disposition, MultipartForm form)
    {
        string fileName = (disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).ToString();
        SpooledPayload file = await BodySpool.ReadAsync(part.Body, files, options.MaxFileSizeMb * MiB, http.RequestAborted);
        form.Add(file, fileName[(fileName.LastIndexOfAny(['/', '\\']) + 1)..], part.ContentType);
        switch (file.Fault)
        {
            case SpoolFault.TooLarge:
                throw new OpenAiException(OpenAiError.TooLarge(options.MaxFileSizeMb));
            case SpoolFault.DiskFull:
                throw new OpenAiException(OpenAiError.DiskFull);
            case not SpoolFault.None:
                throw new OpenAiException(OpenAiError.Internal);
            default:
                break;
        }
    }

    private async Task ReadReferenceAsync(Stream body, MultipartForm form, CancellationToken cancellationToken)
    {
        if (form.References.Count == KnownSpeakers.MaxSpeakers)
            throw new OpenAiException(OpenAiError.Invalid(KnownSpeakers.ReferencesField, $"known_speaker_references[] takes at most {KnownSpeakers.MaxSpeakers} entries.", "invalid_value"));
        form.References.Add(await DataUrlReader.ReadAsync(body, files, KnownSpeakers.ReferencesField, cancellationToken));
    }

    private static async Task<int> ReadFieldAsync(Stream body, string name, int bytesLeft, MultipartForm form, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[4096];
        using MemoryStream bytes = new();
        for (int read = await body.ReadAsync(buffer, cancellationToken); read > 0; read = await body.ReadAsync(buffer, cancellationToken))
        {
            if (bytes.Length + read > bytesLeft)
                throw new OpenAiException(OpenAiError.Invalid(OpenAiError.Quote(MultipartForm.PlainName(name)), $"The fields of the form are longer than {MaxFieldBytes >> 10} KiB in all."));
            bytes.Write(buffer, 0, read);
        }

        form.Add(name, Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
        return (int)bytes.Length + name.Length;
    }

    // Null: not the client's doing.
    private OpenAiError? Explain(Exception error) => error switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => OpenAiError.TooLarge(options.MaxFileSizeMb),
        BadHttpRequestException bad => new OpenAiError(bad.StatusCode, OpenAiError.InvalidRequest, $"The request's body cannot be read: {bad.Message}"),
        InvalidDataException or EndOfStreamException => OpenAiError.Invalid(null, $"The request's body is no complete multipart form: {error.Message}"),
        IOException => OpenAiError.Invalid(null, "The request's body is no complete multipart form: it ends too early."),
        _ => null,
    };
}
