using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Parley.Models.Catalog;

namespace Parley.Models.Downloads;

/// <summary>Talks to a hub: one request, one answer, failures told apart by whether trying again can help. Safe for concurrent use.</summary>
/// <remarks>Proxies come from <c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c>, <c>ALL_PROXY</c> and <c>NO_PROXY</c>, as the runtime reads them.</remarks>
internal sealed class HubClient : IDisposable
{
    /// <summary>Thousands of files.</summary>
    private const int MaxListingBytes = 8 << 20;

    private readonly HttpClient _http;
    private readonly DownloadOptions _options;
    private readonly TimeProvider _time;

    public HubClient(DownloadOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler { UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = options.Stall })
        {
            Timeout = Timeout.InfiniteTimeSpan, // a stalled connection is noticed, a slow one is not broken
            DefaultRequestHeaders = { UserAgent = { new ProductInfoHeaderValue("parley", "1") } },
        };
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The files of a repository.</summary>
    /// <exception cref="TransferException">Try again.</exception>
    /// <exception cref="ModelFileException">The hub refuses or does not know the repository.</exception>
    public async Task<IReadOnlyList<ListedFile>> ListAsync(ModelHub hub, Uri address, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, address), cancellationToken).ConfigureAwait(false);
        CheckStatus(address, response);
        using MemoryStream body = new();
        await CopyAsync(response, body, MaxListingBytes, static _ => { }, cancellationToken).ConfigureAwait(false);
        try
        {
            return HubListing.Read(hub, body.ToArray());
        }
        catch (JsonException error)
        {
            throw new ModelFileException(address.AbsoluteUri, $"{address} answered with something that is no list of files ({error.Message}). Is it a hub? A proxy's page looks like this, too.", error);
        }
    }

    /// <summary>Sends a request and returns as soon as the headers are there.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await WithinStallAsync(token => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token), cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException error)
        {
            throw new TransferException($"{request.RequestUri!.Host} cannot be reached: {error.Message}", error);
        }
        finally
        {
            request.Dispose();
        }
    }

    /// <summary>Throws unless the answer is what was asked for.</summary>
    public void CheckStatus(Uri address, HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode)
            return;
        int status = (int)response.StatusCode;
        string answer = $"{address} answered {status} ({response.ReasonPhrase})";
        if (response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || status >= 500)
        {
            RetryConditionHeaderValue? after = response.Headers.RetryAfter;
            throw new TransferException($"{answer}.", retryAfter: after?.Delta ?? (after?.Date is { } date ? date - _time.GetUtcNow() : null));
        }

        throw new ModelFileException(address.AbsoluteUri, response.StatusCode switch
        {
            HttpStatusCode.NotFound => $"{answer}: the hub has no such repository, revision or file. Try --newest or another --hub.",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => $"{answer}: the hub wants a login or refuses this network. Try another --hub, or fetch the files by hand and use parley models import.",
            _ => $"{answer}. Try another --hub.",
        });
    }

    /// <summary>Copies the body of an answer.</summary>
    /// <param name="response">Headers were read.</param>
    /// <param name="target">Receives the bytes. Its errors pass as they are: a full disk does not mend itself.</param>
    /// <param name="limit">More bytes than this are an error.</param>
    /// <param name="arrived">Told of each block's length.</param>
    /// <param name="cancellationToken">Ends the copying between blocks.</param>
    /// <exception cref="TransferException">The connection broke or stalled, or too much came.</exception>
    public async Task CopyAsync(HttpResponseMessage response, Stream target, long limit, Action<int> arrived, CancellationToken cancellationToken)
    {
        byte[] block = new byte[1 << 17];
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            int read;
            while ((read = await ReadAsync(body, block, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if ((limit -= read) < 0)
                    throw new TransferException("more bytes came than the file has.");
                await target.WriteAsync(block.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                arrived(read);
            }
        }
    }

    private async Task<int> ReadAsync(Stream body, byte[] block, CancellationToken cancellationToken)
    {
        try
        {
            return await WithinStallAsync(async token => await body.ReadAsync(block, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new TransferException($"the connection broke ({error.Message}).", error);
        }
    }

    private async Task<T> WithinStallAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stall = new(_options.Stall, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stall.Token, cancellationToken);
        try
        {
            return await work(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransferException($"nothing came for {_options.Stall.TotalSeconds:0.#} s.", error);
        }
    }
}
