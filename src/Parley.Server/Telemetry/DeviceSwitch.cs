using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Parley.Inference.Devices;
using Parley.Server.Configuration;
using Parley.Server.Hosting;

namespace Parley.Server.Telemetry;

/// <summary>
/// <c>POST /admin/device</c> with <c>{"device":"cpu"}</c>: new jobs run there. Needs the metrics token, or a user's token where authentication is on;
/// without either only programs of this machine may, when the server listens for no others.
/// </summary>
internal static class DeviceSwitch
{
    private const int MaxBodyBytes = 4096;

    /// <summary>Adds the page.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="state">Whose engine is moved.</param>
    /// <param name="context">Options, logs.</param>
    /// <param name="isUser">Whether a token is that of a user; always false where authentication is off.</param>
    public static void MapDeviceSwitch(this IEndpointRouteBuilder routes, ServerState state, ServerContext context, Func<string, Task<bool>> isUser)
    {
        ILogger logger = context.Loggers.CreateLogger(typeof(DeviceSwitch));
        routes.MapPost("/admin/device", async http =>
        {
            if (!await IsAllowedAsync(http.Request, context.Current.Value, isUser))
                await PageAccess.ForbidAsync(http);
            else if (http.Request.ContentLength is > MaxBodyBytes || !http.Request.HasJsonContentType())
                await AnswerAsync(http, StatusCodes.Status415UnsupportedMediaType, "error", "Send a short JSON object: {\"device\":\"cpu\"}.");
            else if (await DeviceOfAsync(http) is not { } device)
                await AnswerAsync(http, StatusCodes.Status400BadRequest, "error", $"device must be one of {string.Join(", ", DeviceManager.KnownNames)}, or with a number, such as cuda:1.");
            else
                await SwitchAsync(http, device, state, context.Current, logger);
        });
    }

    private static async Task<bool> IsAllowedAsync(HttpRequest request, ServerOptions options, Func<string, Task<bool>> isUser)
    {
        string? given = PageAccess.TokenOf(request);
        if (options.Observability.MetricsToken is { } token && PageAccess.IsSame(given, token))
            return true;
        if (options.Auth.Enabled)
            return given is not null && await isUser(given);
        // A web page that a browser of this machine shows must not get in: it names itself in Origin, or comes by a name that is not this machine's.
        return options.Observability.MetricsToken is null && ListenAddress.IsLoopback(options.Server.Host)
            && request.Headers.Origin.Count == 0 && (request.Host.Host is "localhost" || System.Net.IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out _));
    }

    private static async Task<string?> DeviceOfAsync(HttpContext http)
    {
        try
        {
            http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = MaxBodyBytes;
            using JsonDocument body = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
            return body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("device", out JsonElement device) && device.ValueKind == JsonValueKind.String
                && device.GetString() is { } name && DeviceManager.IsKnownName(name) ? name : null;
        }
        catch (Exception error) when (error is JsonException or BadHttpRequestException)
        {
            return null;
        }
    }

    private static async Task SwitchAsync(HttpContext http, string device, ServerState state, CurrentOptions current, ILogger logger)
    {
        DeviceOptions devices = current.Value.Funasr.Devices with { Device = device };
        try
        {
            await state.Engine.SwitchDevicesAsync(devices, http.RequestAborted);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            logger.SwitchFailed(error, device);
            await AnswerAsync(http, StatusCodes.Status409Conflict, "error", $"{device} cannot be used, and all stays as it was: {error.Message}");
            return;
        }

        current.Update(options => options with { Funasr = options.Funasr with { Devices = options.Funasr.Devices with { Device = device } } });
        logger.Switched(device, "POST /admin/device");
        await AnswerAsync(http, StatusCodes.Status200OK, "device", device);
    }

    private static Task AnswerAsync(HttpContext http, int status, string name, string value)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value }, http.RequestAborted);
    }
}
