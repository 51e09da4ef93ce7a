using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Parley.Server.Webhooks;

/// <summary>What became of one attempt.</summary>
/// <param name="Status">Status of the answer; null when there was none.</param>
/// <param name="Error">Why it does not count as delivered; null when it does.</param>
internal readonly record struct WebhookAnswer(int? Status, string? Error)
{
    public bool IsDelivered => Error is null;

    /// <summary>The receiver wants no more.</summary>
    public bool IsGone => Status == (int)HttpStatusCode.Gone;
}

/// <summary>
/// Posts one signed message: no redirect, no proxy, no cookie, nothing decompressed, and connections only to addresses that were checked. Safe for
/// concurrent calls.
/// </summary>
/// <param name="allowPrivate">Whether addresses in private networks are fine.</param>
/// <param name="clock">Tells the time of signatures.</param>
internal sealed class WebhookTransport(bool allowPrivate, TimeProvider clock) : IDisposable
{
    private const int MaxHeaderKb = 16;
    private const int MaxAnswerBytes = 64 << 10;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, allowPrivate, cancellationToken),
        ConnectTimeout = Limit,
        MaxResponseHeadersLength = MaxHeaderKb,
        MaxResponseDrainSize = 0,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        UseCookies = false,
        UseProxy = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan, // each attempt has its own
    };

    /// <summary>Sends it once.</summary>
    /// <param name="id">Number of the message: the same at every attempt.</param>
    /// <param name="url">Where to.</param>
    /// <param name="body">JSON.</param>
    /// <param name="secret">Signs it.</param>
    /// <param name="cancellationToken">The server stops.</param>
    public async Task<WebhookAnswer> SendAsync(Guid id, string url, byte[] body, WebhookSecret secret, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = new(Limit, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using HttpRequestMessage request = Request(id.ToString("D"), new Uri(url), body, secret);
            using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            await DrainAsync(answer, either.Token);
            return new WebhookAnswer((int)answer.StatusCode, Problem(answer.StatusCode));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WebhookAnswer(null, $"There was no answer within {Limit.TotalSeconds:0} s.");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException)
        {
            return new WebhookAnswer(null, ReasonOf(error));
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(string id, Uri url, byte[] body, WebhookSecret secret)
    {
        string timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        HttpRequestMessage request = new(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Parley", typeof(WebhookTransport).Assembly.GetName().Version?.ToString(3)));
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", secret.Sign(id, timestamp, body));
        return request;
    }

    // A connection is used again when its answer was read to the end; a long one costs the connection and nothing else.
    private static async Task DrainAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream content = await answer.Content.ReadAsStreamAsync(cancellationToken);
            byte[] buffer = new byte[4096];
            for (int total = 0; total < MaxAnswerBytes;)
            {
                int read = await content.ReadAsync(buffer, cancellationToken);
                if (read == 0)
                    return;
                total += read;
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            // The status has been read, and it is all that counts.
        }
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool allowPrivate, CancellationToken cancellationToken)
    {
        IPAddress[] found = await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        IPAddress[] allowed = allowPrivate ? found : [.. found.Where(PublicAddress.IsPublic)];
        if (allowed.Length == 0)
            throw new RefusedAddressException(found.Length == 0 ? "Its name has no address." : $"It {WebhookAddress.PrivateProblem}");
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // The very addresses that were checked: asking for the name once more could give others.
            await socket.ConnectAsync(allowed, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string? Problem(HttpStatusCode status) => (int)status switch
    {
        >= 200 and < 300 => null,
        >= 300 and < 400 => $"It answered {(int)status}; redirects are not followed.",
        (int)HttpStatusCode.Gone => "It answered 410: it wants no more messages.",
        _ => $"It answered {(int)status}.",
    };

    private static string ReasonOf(Exception error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is RefusedAddressException)
                return cause.Message;
            if (cause is SocketException socket)
                return $"The connection failed: {socket.SocketErrorCode}.";
        }

        return $"The connection failed: {(error as HttpRequestException)?.HttpRequestError.ToString() ?? error.GetType().Name}.";
    }

    private sealed class RefusedAddressException(string message) : IOException(message);
}
