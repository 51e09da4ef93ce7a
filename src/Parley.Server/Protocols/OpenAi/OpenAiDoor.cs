using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Parley.Server.Auth;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Forms;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Workers.Bundles;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>OpenAI's HTTP API: an application changes its base URL and nothing else. Safe for concurrent calls.</summary>
internal sealed class OpenAiDoor
{
    private readonly BearerCheck _bearer;
    private readonly ServedModels _models;
    private readonly TranscriptionEndpoint _transcriptions;
    private readonly ILogger _logger;

    public OpenAiDoor(ServerOptions options, IJobs jobs, UploadFiles files, ILoggerFactory loggers, TimeProvider clock)
    {
        _logger = loggers.CreateLogger<OpenAiDoor>();
        _bearer = new BearerCheck(options.Auth.Enabled ? new TokenValidator(options.Auth, clock) : null);
        _models = new ServedModels(new ServedBundles(options.Funasr));
        _transcriptions = new TranscriptionEndpoint(
            new MultipartFormReader(options.Server, files, KnownSpeakers.ReaderOf(files)), _models, new TranscriptionIntake(options, new RecordingHandover(jobs, files), _logger), jobs, clock);
    }

    /// <summary>The routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder v1 = routes.MapGroup("/v1");
        v1.MapPost("/audio/transcriptions", Guarded(_transcriptions.TranscribeAsync));
        v1.MapPost("/audio/translations", Guarded((_, _) => throw new OpenAiException(NoTranslations)));
        v1.MapGet("/models", Guarded((http, _) => OpenAiAnswer.WriteJsonAsync(http, _models.WriteList)));
        v1.MapGet("/models/{**id}", Guarded((http, _) => ShowModelAsync(http)));
        foreach (string path in (string[])["/audio/transcriptions", "/audio/translations", "/models", "/models/{**id}"])
            v1.Map(path, Guarded((http, _) => throw new OpenAiException(NotAllowed(http.Request))));
        v1.Map("/{**path}", Guarded((http, _) => throw new OpenAiException(Unknown(http.Request))));
    }

    private static OpenAiError NoTranslations { get; } = OpenAiError.Invalid(
        null, "Translations are not supported: this server's models write down what was said in the language in which it was said. Use /v1/audio/transcriptions.", "not_supported");

    private static OpenAiError NotAllowed(HttpRequest request) => new(
        StatusCodes.Status405MethodNotAllowed, OpenAiError.InvalidRequest, $"{request.Method} is not allowed on {request.Path}.", Code: "method_not_supported");

    private static OpenAiError Unknown(HttpRequest request) => new(
        StatusCodes.Status404NotFound, OpenAiError.InvalidRequest, $"Invalid URL ({request.Method} {Quoted.Text(request.Path)}). This server has /v1/audio/transcriptions and /v1/models.", Code: "unknown_url");

    private Task ShowModelAsync(HttpContext http)
    {
        string id = http.GetRouteValue("id") as string ?? "";
        return _models.TryFind(id, out _) ? OpenAiAnswer.WriteJsonAsync(http, json => _models.Write(json, id)) : throw new OpenAiException(OpenAiError.UnknownModel(id, _models.Names));
    }

    // What surrounds every handler: a number, a token, and errors as this API writes them.
    private RequestDelegate Guarded(Func<HttpContext, JobClient, Task> handle) => async http =>
    {
        string request = RequestId.Of(http);
        try
        {
            await handle(http, await _bearer.AdmitAsync(http));
        }
        catch (Exception refusal) when (OpenAiError.Of(refusal) is { } error)
        {
            _logger.RequestRefused(request, error.Status, error.Code ?? error.Type);
            await OpenAiAnswer.WriteErrorAsync(http, error);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            _logger.ClientGone(request);
        }
        catch (Exception error)
        {
            _logger.RequestFailed(error, request);
            if (http.Response.HasStarted)
                http.Abort();
            else
                await OpenAiAnswer.WriteErrorAsync(http, OpenAiError.Internal);
        }
    };
}
