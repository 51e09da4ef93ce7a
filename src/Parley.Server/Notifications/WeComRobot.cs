using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Parley.Server.Notifications;

/// <summary>Posts texts to a WeCom group robot, several times if need be. Safe for concurrent use.</summary>
/// <remarks>The robot's address holds its key: it appears in no message and no exception that leaves this class.</remarks>
internal sealed class WeComRobot : IDisposable
{
    private const int MaxReplyBytes = 16 * 1024;

    private static readonly ResiliencePropertyKey<string> Kind = new("kind");
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Uri _address;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline<string?> _attempts;
    private readonly ILogger _logger;

    /// <param name="options">Address, attempts, time for each.</param>
    /// <param name="pause">Pause after the first failure; it doubles.</param>
    /// <param name="logger">Told what fails.</param>
    /// <param name="time">The clock of pauses.</param>
    public WeComRobot(NotificationOptions options, TimeSpan pause, ILogger logger, TimeProvider time)
    {
        _address = new Uri(options.WebhookUrl!);
        _logger = logger;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), UseCookies = false })
        {
            Timeout = Timeout.InfiniteTimeSpan, // each attempt has its own
            MaxResponseContentBufferSize = MaxReplyBytes,
        };
        ResiliencePipelineBuilder<string?> builder = new() { TimeProvider = time };
        if (options.RetryTimes > 1)
            builder.AddRetry(Retry(options.RetryTimes - 1, pause));
        _attempts = builder.AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(options.TimeoutSeconds) }).Build();
    }

    /// <summary>Sends a text.</summary>
    /// <param name="kind">What it is about, for the log.</param>
    /// <param name="text">What people read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when it was taken; else why not.</returns>
    public async Task<string?> SendAsync(string kind, string text, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new { msgtype = "text", text = new { content = text } }, Json);
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Kind, kind);
        try
        {
            return await _attempts.ExecuteAsync(async (attempt, content) => await PostAsync(content, attempt.CancellationToken), context, body);
        }
        catch (Exception error) when (IsFailure(error) && !cancellationToken.IsCancellationRequested)
        {
            return ReasonOf(error);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    public void Dispose() => _http.Dispose();

    private RetryStrategyOptions<string?> Retry(int retries, TimeSpan pause) => new()
    {
        MaxRetryAttempts = retries,
        Delay = pause,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = static outcome => ValueTask.FromResult(outcome.Outcome.Exception is { } error ? IsFailure(error) : outcome.Outcome.Result is not null),
        OnRetry = retry =>
        {
            _logger.Retrying(
                retry.Context.Properties.GetValue(Kind, ""),
                retry.Outcome.Exception is { } error ? ReasonOf(error) : retry.Outcome.Result!,
                retry.RetryDelay.TotalSeconds);
            return default;
        },
    };

    private async Task<string?> PostAsync(byte[] body, CancellationToken cancellationToken)
    {
        using ByteArrayContent content = new(body);
        content.Headers.ContentType = new("application/json") { CharSet = Encoding.UTF8.WebName };
        using HttpResponseMessage reply = await _http.PostAsync(_address, content, cancellationToken);
        if (reply.StatusCode != HttpStatusCode.OK)
            return $"status {(int)reply.StatusCode}";
        byte[] text = await reply.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("errcode", out JsonElement code) && code.TryGetInt64(out long number)
                ? number == 0 ? null : $"errcode {number}"
                : "a reply without errcode";
        }
        catch (JsonException)
        {
            return "a reply that is no JSON";
        }
    }

    private static bool IsFailure(Exception error) => error is HttpRequestException or IOException or TimeoutRejectedException or OperationCanceledException;

    private static string ReasonOf(Exception error) => error switch
    {
        TimeoutRejectedException or OperationCanceledException => "no answer in time",
        HttpRequestException { HttpRequestError: var kind } => $"the connection failed ({kind})",
        _ => error.GetType().Name,
    };
}
