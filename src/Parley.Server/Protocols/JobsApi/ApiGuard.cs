using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>What surrounds every handler: a number, a client who may be here, and problems as this API writes them. Safe for concurrent calls.</summary>
internal sealed class ApiGuard(ApiAdmission admission, ILogger logger)
{
    public RequestDelegate Around(ApiHandler handler, ApiAccess access) => async http =>
    {
        string request = ApiAnswer.Begin(http);
        try
        {
            JobClient client = access == ApiAccess.Users ? await admission.AdmitAsync(http) : ApiAdmission.Nobody(http);
            await handler(new ApiRequest(http, client));
        }
        catch (Exception refusal) when (Problems.Of(refusal) is { } problem)
        {
            logger.RequestRefused(request, problem.Kind.Status, problem.Kind.Code);
            await AnswerAsync(http, problem);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            logger.ClientGone(request);
        }
        catch (Exception error)
        {
            logger.RequestFailed(error, request);
            await AnswerAsync(http, Problems.Failed);
        }
    };

    // An answer that has begun cannot be taken back: cutting it off is the one way to say that it is not whole.
    private static async Task AnswerAsync(HttpContext http, Problem problem)
    {
        if (http.Response.HasStarted)
            http.Abort();
        else
            await ApiAnswer.ProblemAsync(http, problem);
    }
}
