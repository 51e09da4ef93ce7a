using System.Text.Json;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Storage;

namespace Parley.Server.Webhooks;

/// <summary>Webhooks, put together: what jobs write into, what sends, and what people ask. Safe for concurrent calls.</summary>
internal sealed class WebhookService : IAsyncDisposable
{
    private readonly WebhookOptions _options;
    private readonly WebhookOutbox _outbox;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private DeliveryStore? _store;
    private WebhookSender? _sender;

    /// <param name="options">Section <c>webhooks</c>.</param>
    /// <param name="writeJob">Writes a job as the jobs API shows it.</param>
    /// <param name="loggers">Makes the logger.</param>
    /// <param name="clock">The clock.</param>
    public WebhookService(WebhookOptions options, Action<Utf8JsonWriter, JobRow, ResultRow?> writeJob, ILoggerFactory loggers, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        _outbox = new WebhookOutbox(options, writeJob, clock);
        _logger = loggers.CreateLogger<WebhookService>();
    }

    /// <summary>Where ends of jobs leave their messages.</summary>
    public IOutbox Outbox => _outbox;

    private DeliveryStore Store => _store ?? throw new InvalidOperationException("Webhooks have no database yet.");

    /// <summary>Why a job's address cannot be taken, as a sentence; null when it can.</summary>
    public string? Problem(string url)
    {
        if (_options.Secret is null)
            return "webhook_url: this server has no key to sign with, and sends no webhooks. Its operator can set webhooks.secret (FUNASR_WEBHOOKS_SECRET).";
        return WebhookAddress.Problem(url, _options.AllowPrivateNetworks) is { } problem ? $"webhook_url {problem}" : null;
    }

    /// <summary>Gives it the database; messages can be asked for from now on.</summary>
    public void Open(Database database) => _store = new DeliveryStore(database);

    /// <summary>Begins to send, with what the last life left. After <see cref="Open"/>.</summary>
    public void Start()
    {
        WebhookSecret? secret = _options.Secret is { } text ? WebhookSecret.Parse(text) : null;
        _sender = new WebhookSender(Store, _outbox, secret, new WebhookTransport(_options.AllowPrivateNetworks, _clock), _clock, _logger);
        _sender.Start();
    }

    /// <summary>Messages about a user's jobs, newest first.</summary>
    /// <param name="user">The user; null without authentication.</param>
    /// <param name="job">About this job only; null: about all.</param>
    /// <param name="limit">Most of them.</param>
    public IReadOnlyList<WebhookDelivery> List(string? user, Guid? job, int limit) => Store.List(user, job, limit).ConvertAll(Shown);

    /// <summary>Sends a message once more, from the first attempt on.</summary>
    /// <returns>How it stands then; null when the user has no such message.</returns>
    public async Task<WebhookDelivery?> ReplayAsync(Guid id, string? user, CancellationToken cancellationToken)
    {
        if (Store.Find(id, user) is null || await Store.ReplayAsync(id, _clock.GetUtcNow(), cancellationToken) == 0)
            return null;
        _outbox.Wake();
        return Store.Find(id, user) is { } row ? Shown(row) : null;
    }

    /// <summary>Sends no more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_sender is not null)
            await _sender.DisposeAsync();
    }

    private static WebhookDelivery Shown(DeliveryRow row) => new(
        row.Id, row.JobId, row.Type, row.IsConfigured ? WebhookAddress.Origin(row.Url) : row.Url, NameOf(row.State), row.Attempts,
        row.CreatedAt, row.NextAttemptAt, row.LastAttemptAt, row.LastStatus, row.LastError);

    private static string NameOf(int state) => state switch
    {
        DeliveryState.Pending => "pending",
        DeliveryState.Delivered => "delivered",
        DeliveryState.Gone => "gone",
        _ => "failed",
    };
}
