using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Parley.Server.Webhooks;

namespace Parley.Server.Protocols.JobsApi;

/// <summary><c>/webhooks</c>: what programs were told about jobs, and telling them again.</summary>
internal sealed class WebhookEndpoints(WebhookService webhooks) : IApiEndpoints
{
    private const int MaxLimit = 200;
    private const int UsualLimit = 50;

    public void Map(ApiRoutes routes)
    {
        routes.Get("/webhooks/deliveries", ListAsync);
        routes.Post("/webhooks/deliveries/{id}/replay", ReplayAsync);
    }

    private Task ListAsync(ApiRequest request)
    {
        Guid? job = request.Query("job") is { } text
            ? Guid.TryParseExact(text, "D", out Guid id) ? id : throw Problems.Invalid("job", "job must be the id of a job.")
            : null;
        IReadOnlyList<WebhookDelivery> deliveries = webhooks.List(request.Client.User, job, request.QueryNumber("limit", 1, MaxLimit, UsualLimit));
        return ApiAnswer.JsonAsync(request.Http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("deliveries"u8);
            foreach (WebhookDelivery delivery in deliveries)
                Write(json, delivery);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private async Task ReplayAsync(ApiRequest request)
    {
        WebhookDelivery delivery = await webhooks.ReplayAsync(request.Id(Problems.UnknownDelivery), request.Client.User, request.Aborted)
            ?? throw Problems.UnknownDelivery.Because("There is no such webhook, or it is about a job that is not yours, or it was forgotten. GET /api/v1/webhooks/deliveries lists those that are there.");
        await ApiAnswer.JsonAsync(request.Http, json => Write(json, delivery), StatusCodes.Status202Accepted);
    }

    private static void Write(Utf8JsonWriter json, WebhookDelivery delivery)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, delivery.Id);
        json.WriteString("job"u8, delivery.Job);
        json.WriteString("type"u8, delivery.Type);
        json.WriteString("url"u8, delivery.Url);
        json.WriteString("state"u8, delivery.State);
        json.WriteNumber("attempts"u8, delivery.Attempts);
        JobJson.WriteTime(json, "created_at", delivery.CreatedAt);
        JobJson.WriteTime(json, "next_attempt_at", delivery.NextAttemptAt);
        JobJson.WriteTime(json, "last_attempt_at", delivery.LastAttemptAt);
        JobJson.WriteNumber(json, "last_status", delivery.LastStatus);
        json.WriteString("last_error"u8, delivery.LastError);
        json.WriteEndObject();
    }
}
