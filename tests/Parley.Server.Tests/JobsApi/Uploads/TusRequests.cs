using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Parley.Server.Tests.JobsApi.Uploads;

/// <summary>Requests of tus, as a client without a library writes them.</summary>
internal static class TusRequests
{
    public static readonly (string, string) Version = ("Tus-Resumable", "1.0.0");

    public static string Metadata(params (string Key, string Value)[] pairs)
        => string.Join(',', pairs.Select(pair => $"{pair.Key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value))}"));

    /// <summary>Begins an upload that must be taken.</summary>
    /// <returns>Its path below the API.</returns>
    public static async Task<string> CreateAsync(this ApiHost host, long length, string? metadata = null, string? token = null)
    {
        HttpResponseMessage answer = await host.TryCreateAsync(length, metadata, token);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        string location = answer.Headers.Location!.ToString();
        location.ShouldStartWith("/api/v1/uploads/");
        return location["/api/v1".Length..];
    }

    public static Task<HttpResponseMessage> TryCreateAsync(this ApiHost host, long length, string? metadata = null, string? token = null) => host.SendAsync(
        HttpMethod.Post, "/uploads", token: token, headers: [Version, ("Upload-Length", Text(length)), ("Upload-Metadata", metadata ?? Metadata(("filename", "talk.wav")))]);

    public static Task<HttpResponseMessage> AppendAsync(
        this ApiHost host, string path, long offset, HttpContent content, string? token = null, params (string, string)[] headers)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        return host.SendAsync(HttpMethod.Patch, path, content, token, [Version, ("Upload-Offset", Text(offset)), .. headers]);
    }

    public static Task<HttpResponseMessage> AppendAsync(this ApiHost host, string path, long offset, byte[] bytes, string? token = null, params (string, string)[] headers)
        => host.AppendAsync(path, offset, new ByteArrayContent(bytes), token, headers);

    public static Task<HttpResponseMessage> HeadAsync(this ApiHost host, string path, string? token = null) => host.SendAsync(HttpMethod.Head, path, token: token, headers: [Version]);

    /// <summary>Where an upload is.</summary>
    public static async Task<long> OffsetAsync(this ApiHost host, string path) => Offset(await host.HeadAsync(path));

    public static long Offset(HttpResponseMessage answer) => long.Parse(Header(answer, "Upload-Offset")!, CultureInfo.InvariantCulture);

    public static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.Single() : null;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A body that sends some bytes and then nothing, until a test lets it go on.</summary>
internal sealed class HangingContent(byte[] bytes) : HttpContent
{
    private readonly TaskCompletionSource _goOn = new();

    public void GoOn() => _goOn.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(bytes);
        await stream.FlushAsync();
        await _goOn.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
