using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Parley.Server.Configuration;
using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.Forms;

/// <summary>A field that is no file but may be large: it goes to disk.</summary>
/// <param name="Name">Its plain name.</param>
/// <param name="ReadAsync">Takes one to disk, given what has come before it.</param>
internal sealed record AttachmentField(string Name, Func<MultipartForm, Stream, CancellationToken, Task<SpooledPayload>> ReadAsync);

/// <summary>Reads a multipart form as it comes: the file goes straight to disk, fields stay small. Safe for concurrent calls.</summary>
/// <param name="options">Limits.</param>
/// <param name="files">Where files go.</param>
/// <param name="attachments">A field that may be large; null where there is none.</param>
internal sealed class MultipartFormReader(ListenOptions options, UploadFiles files, AttachmentField? attachments = null)
{
    private const int MaxBoundary = 200;
    private const int MaxFields = 128;
    private const int MaxFieldBytes = 256 << 10;
    private const long MiB = 1L << 20;

    // What surrounds the file: fields, and the headers of parts.
    private const long SpareBytes = 64 * MiB;

    /// <summary>Reads a form to its end.</summary>
    /// <exception cref="FormException">It is none, or it breaks a limit; what was on disk of it is deleted.</exception>
    public async Task<MultipartForm> ReadAsync(HttpContext http)
    {
        string boundary = BoundaryOf(http.Request);
        long limit = options.MaxFileSizeMb * MiB;
        if (http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limit + SpareBytes;
        if (http.Request.ContentLength > limit + SpareBytes)
            throw FormException.TooLarge(options.MaxFileSizeMb);
        if (!files.HasSpaceFor(http.Request.ContentLength ?? 0))
            throw FormException.DiskFull();

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
                throw known;
            throw;
        }
    }

    private static string BoundaryOf(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw new FormException(
                FormFault.NotAForm, $"The request's content type is '{Quoted.Text(request.ContentType)}'. Send the file and the fields as multipart/form-data.");
        }

        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        return boundary.Length is > 0 and <= MaxBoundary
            ? boundary
            : throw FormException.Invalid(null, $"The content type multipart/form-data needs a boundary of 1 to {MaxBoundary} characters.");
    }

    private async Task ReadPartsAsync(HttpContext http, MultipartReader reader, MultipartForm form)
    {
        int fields = 0, bytesLeft = MaxFieldBytes;
        while (await reader.ReadNextSectionAsync(http.RequestAborted) is { } part)
        {
            if (!ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out ContentDispositionHeaderValue? disposition)
                || HeaderUtilities.RemoveQuotes(disposition.Name).ToString() is not { Length: > 0 } name)
            {
                throw FormException.Invalid(null, "A part of the form has no name. Each needs 'Content-Disposition: form-data; name=\"…\"'.");
            }

            if (++fields > MaxFields)
                throw FormException.Invalid(null, $"The form has more than {MaxFields} fields.");
            if (name is "file")
                await ReadFileAsync(http, part, disposition, form);
            else if (attachments is not null && string.Equals(MultipartForm.PlainName(name), attachments.Name, StringComparison.Ordinal))
                form.Attachments.Add(await attachments.ReadAsync(form, part.Body, http.RequestAborted));
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
                throw FormException.TooLarge(options.MaxFileSizeMb);
            case SpoolFault.DiskFull:
                throw FormException.DiskFull();
            case not SpoolFault.None:
                throw new FormException(FormFault.Internal, "The file could not be written.");
            default:
                break;
        }
    }

    private static async Task<int> ReadFieldAsync(Stream body, string name, int bytesLeft, MultipartForm form, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[4096];
        using MemoryStream bytes = new();
        for (int read = await body.ReadAsync(buffer, cancellationToken); read > 0; read = await body.ReadAsync(buffer, cancellationToken))
        {
            if (bytes.Length + read > bytesLeft)
                throw FormException.Invalid(Quoted.Text(MultipartForm.PlainName(name)), $"The fields of the form are longer than {MaxFieldBytes >> 10} KiB in all.");
            bytes.Write(buffer, 0, read);
        }

        form.Add(name, Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
        return (int)bytes.Length + name.Length;
    }

    // Null: not the client's doing.
    private FormException? Explain(Exception error) => error switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => FormException.TooLarge(options.MaxFileSizeMb),
        BadHttpRequestException => null,
        InvalidDataException or EndOfStreamException => FormException.Invalid(null, $"The request's body is no complete multipart form: {error.Message}"),
        IOException => FormException.Invalid(null, "The request's body is no complete multipart form: it ends too early."),
        _ => null,
    };
}
