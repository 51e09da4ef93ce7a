using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.JobsApi.Uploads;

/// <summary><c>/uploads</c>: recordings that may come in pieces, over connections that break (tus 1.0.0). The last byte makes a job of them.</summary>
internal sealed class UploadEndpoints(ApiContext context) : IApiEndpoints
{
    private readonly ResumableUploads _uploads = context.Uploads;
    private readonly UploadSubmission _submission = new(context);

    // Between the two, a sender that drips holds a connection for nothing.
    private static readonly MinDataRate SlowestSender = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(30));

    public void Map(ApiRoutes routes)
    {
        const string all = "/uploads", one = "/uploads/{id}";
        routes.Post(all, CreateAsync);
        routes.Map(HttpMethods.Options, all, DescribeAsync, ApiAccess.Everybody);
        routes.Map(HttpMethods.Head, one, ShowAsync);
        routes.Map(HttpMethods.Patch, one, AppendAsync);
        routes.Delete(one, TerminateAsync);
        routes.Post(one, OverriddenAsync);
        routes.Map(HttpMethods.Options, one, DescribeAsync, ApiAccess.Everybody);
    }

    private long MaxBytes => context.Options.Server.MaxFileSizeMb * (1L << 20);

    private Task DescribeAsync(ApiRequest request)
    {
        IHeaderDictionary headers = request.Http.Response.Headers;
        headers[Tus.ResumableHeader] = Tus.Version;
        headers[Tus.VersionHeader] = Tus.Version;
        headers["Tus-Extension"] = Tus.Extensions;
        headers["Tus-Max-Size"] = MaxBytes.ToString(CultureInfo.InvariantCulture);
        headers["Tus-Checksum-Algorithm"] = string.Join(',', UploadChecksum.Algorithms);
        return ApiAnswer.NoContentAsync(request.Http);
    }

    // For clients behind proxies that let no other methods through.
    private Task OverriddenAsync(ApiRequest request) => request.Http.Request.Headers[Tus.MethodHeader].ToString().ToUpperInvariant() switch
    {
        "PATCH" => AppendAsync(request),
        "DELETE" => TerminateAsync(request),
        "HEAD" => ShowAsync(request),
        _ => throw Problems.MethodNotAllowed.Because($"POST is answered here with the header {Tus.MethodHeader}: PATCH, HEAD or DELETE. To begin an upload, POST to {ApiRoutes.Root}/uploads."),
    };

    private async Task CreateAsync(ApiRequest request)
    {
        HttpContext http = request.Http;
        Tus.Begin(http);
        bool hasBytes = http.Request.ContentType is not null || http.Request.ContentLength > 0;
        if (hasBytes)
            CheckContentType(http.Request);
        UploadChecksum? checksum = Tus.Checksum(http.Request);
        ResumableUpload upload = Open(request);
        http.Response.Headers.Location = $"{ApiRoutes.Root}/uploads/{upload.Id:D}";
        using UploadTurn? turn = upload.TryEnter();
        if (hasBytes && turn is not null)
            await TakeAsync(request, upload, turn, checksum);
        else
            Tus.Show(http.Response, upload.Offset, _uploads.ExpiryOf(upload));
        http.Response.StatusCode = StatusCodes.Status201Created;
    }

    private ResumableUpload Open(ApiRequest request)
    {
        HttpRequest http = request.Http.Request;
        if (http.Headers.ContainsKey("Upload-Defer-Length") || http.Headers.ContainsKey("Upload-Concat"))
            throw Problems.InvalidRequest.Because($"The size of an upload must be known when it begins, and uploads cannot be joined: send {Tus.LengthHeader}. OPTIONS tells which extensions there are.");
        long length = Tus.Bytes(http, Tus.LengthHeader);
        if (length == 0)
            throw Problems.Invalid(Tus.LengthHeader, "The file is empty.");
        if (length > MaxBytes)
            throw Problems.FileTooLarge.Because($"The file is larger than {context.Options.Server.MaxFileSizeMb} MB, which is this server's limit (server.max_file_size_mb). Compress or split it.");
        string metadata = Tus.Metadata(http);
        string extension = _submission.Read(metadata).Extension;
        if (context.Jobs.WouldRefuse(request.Client) is SubmitOutcome.Refused refused)
            throw new ProblemException(Problems.Of(refused)!);
        ResumableRecord record = new()
        {
            Id = Guid.NewGuid(),
            Length = length,
            Extension = extension,
            Metadata = metadata,
            ClientKey = request.Client.Key,
            User = request.Client.User,
        };
        return _uploads.TryOpen(record, out ResumableUpload? upload) switch
        {
            OpenFault.TooMany => throw new ProblemException(new Problem(
                Problems.TooManyUploads, "As many uploads are open as this server takes (transcription.upload_session_max_count). Try again in a minute, or end one with DELETE.")
            { RetryAfterSeconds = 60 }),
            OpenFault.DiskFull => throw DiskFull(),
            _ => upload!,
        };
    }

    private async Task ShowAsync(ApiRequest request)
    {
        HttpContext http = request.Http;
        Tus.Begin(http);
        if (Find(request) is { } upload)
        {
            using UploadTurn turn = await EnterAsync(upload, request);

            // Complete, and no job yet: clients that see this offset believe that they are done.
            bool isSubmitted = !upload.IsClosed && upload.IsComplete && turn.TryKeep() && await _submission.TrySubmitAsync(upload);
            if (!upload.IsClosed && !isSubmitted)
            {
                Describe(http.Response, upload.Record.Length, upload.Offset, _uploads.ExpiryOf(upload));
                if (upload.Record.Metadata.Length > 0)
                    http.Response.Headers[Tus.MetadataHeader] = upload.Record.Metadata;
                return;
            }
        }

        JobStatus job = await FinishedAsync(request);
        Describe(http.Response, job.Length, job.Length, expiry: null);
        Tus.ShowJob(http.Response, job.Id);

        static void Describe(HttpResponse response, long length, long offset, DateTimeOffset? expiry)
        {
            response.Headers[Tus.LengthHeader] = length.ToString(CultureInfo.InvariantCulture);
            Tus.Show(response, offset, expiry);
        }
    }

    private async Task AppendAsync(ApiRequest request)
    {
        HttpContext http = request.Http;
        Tus.Begin(http);
        CheckContentType(http.Request);
        long offset = Tus.Bytes(http.Request, Tus.OffsetHeader);
        UploadChecksum? checksum = Tus.Checksum(http.Request);
        if (Find(request) is { } upload)
        {
            using UploadTurn turn = await EnterAsync(upload, request);
            if (!upload.IsClosed)
            {
                CheckOffset(offset, upload.Offset);
                await TakeAsync(request, upload, turn, checksum);
                await ApiAnswer.NoContentAsync(http);
                return;
            }
        }

        // The answer to the last bytes was lost: the job is there.
        JobStatus job = await FinishedAsync(request);
        CheckOffset(offset, job.Length);
        Tus.Show(http.Response, job.Length, expiry: null);
        Tus.ShowJob(http.Response, job.Id);
        await ApiAnswer.NoContentAsync(http);
    }

    private async Task TerminateAsync(ApiRequest request)
    {
        Tus.Begin(request.Http);
        if (Find(request) is { } upload)
        {
            using UploadTurn turn = await EnterAsync(upload, request);
            if (!upload.IsClosed)
            {
                _uploads.Remove(upload);
                await ApiAnswer.NoContentAsync(request.Http);
                return;
            }
        }

        JobStatus job = await FinishedAsync(request);
        throw Problems.UploadCompleted.Because($"The upload has become a job. To end it and delete its recording: DELETE {ApiRoutes.Root}/jobs/{job.Id:D}.");
    }

    /// <summary>Adds what a request brings; makes the job when nothing is missing any more.</summary>
    private async Task TakeAsync(ApiRequest request, ResumableUpload upload, UploadTurn turn, UploadChecksum? checksum)
    {
        HttpContext http = request.Http;
        if (http.Request.ContentLength is { } length && length > upload.Missing)
            throw TooLong(upload);
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = SlowestSender;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null; // what is missing is the limit
        AppendEnd end = checksum is null
            ? await upload.AppendAsync(http.Request.Body, turn, request.Aborted)
            : await upload.AppendCheckedAsync(http.Request.Body, checksum, turn, request.Aborted);
        Tus.Show(http.Response, upload.Offset, _uploads.ExpiryOf(upload));
        Check(end, upload);
        if (!upload.IsComplete)
            return;
        if (!turn.TryKeep())
            throw TakenOver();
        await _submission.SubmitAsync(upload);
        Tus.ShowJob(http.Response, upload.Id);
        http.Response.Headers.Remove(Tus.ExpiresHeader);
    }

    private void Check(AppendEnd end, ResumableUpload upload)
    {
        switch (end)
        {
            case AppendEnd.TooLong:
                throw TooLong(upload);
            case AppendEnd.Mismatch:
                throw Problems.ChecksumMismatch.Because($"The bytes do not have the hash of {Tus.ChecksumHeader}, and none of them was kept. Send them again.");
            case AppendEnd.DiskFull:
                throw DiskFull();
            case AppendEnd.WriteFailed:
                throw new ProblemException(Problems.Failed);
            case AppendEnd.Stalled:
                throw Problems.RequestTimeout.Because("Nothing came for a minute. What had come is kept: ask for the offset with HEAD, and go on.");
            case AppendEnd.TakenOver:
                throw TakenOver();
        }
    }

    private ProblemException TakenOver() => _uploads.IsStopping
        ? new ProblemException(Problems.NotThere("stopping"))
        : Problems.UploadLocked.Because("Another request goes on with this upload. Ask for the offset with HEAD.");

    private static ProblemException TooLong(ResumableUpload upload)
        => Problems.BodyTooLarge.Because($"The upload lacks {upload.Missing} bytes, and the request brings more. Nothing of it was kept.");

    private static ProblemException DiskFull() => new(new Problem(
        Problems.DiskFull, "The server's disk is nearly full, and it cannot take more. Try again later, or tell its operator. What has come is kept until the upload expires.")
    { RetryAfterSeconds = 60 });

    private static void CheckOffset(long offset, long expected)
    {
        if (offset != expected)
            throw Problems.OffsetMismatch.Because($"{Tus.OffsetHeader} is {offset}, and {expected} bytes are here. Ask for the offset with HEAD, and go on from there.");
    }

    private static void CheckContentType(HttpRequest request)
    {
        if (!string.Equals(request.ContentType, Tus.ContentType, StringComparison.OrdinalIgnoreCase))
            throw Problems.UnsupportedMediaType.Because($"The content type is '{Quoted.Text(request.ContentType)}'. Send bytes as {Tus.ContentType}.");
    }

    private ResumableUpload? Find(ApiRequest request) => _uploads.Find(request.Id(Problems.UnknownUpload), request.Client.User);

    private static async Task<UploadTurn> EnterAsync(ResumableUpload upload, ApiRequest request)
        => await upload.EnterAsync(request.Aborted) ?? throw Problems.UploadLocked.Because("Another request is at this upload and cannot stop now. Try again in a moment.");

    private async Task<JobStatus> FinishedAsync(ApiRequest request)
    {
        Guid id = request.Id(Problems.UnknownUpload);
        return await context.Jobs.FindAsync(id, request.Aborted) is { } job && job.IsFor(request.Client)
            ? job
            : throw Problems.UnknownUpload.Because("There is no such upload: it expired or was ended, or it is not yours. Begin a new one.");
    }
}
