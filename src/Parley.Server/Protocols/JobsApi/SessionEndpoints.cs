using Microsoft.AspNetCore.Http;
using Parley.Server.Auth;

namespace Parley.Server.Protocols.JobsApi;

/// <summary><c>/session</c>: a browser changes its token for a cookie, with which event streams, audio elements and downloads are let in, too.</summary>
internal sealed class SessionEndpoints(ApiAdmission admission) : IApiEndpoints
{
    public void Map(ApiRoutes routes)
    {
        routes.Get("/session", ShowAsync, ApiAccess.Everybody);
        routes.Post("/session", OpenAsync, ApiAccess.Everybody);
        routes.Delete("/session", CloseAsync, ApiAccess.Everybody);
    }

    private async Task ShowAsync(ApiRequest request)
    {
        string? user = null;
        try
        {
            if (admission.IsNeeded)
                user = (await admission.AdmitAsync(request.Http)).User;
        }
        catch (ProblemException)
        {
            // It is a question, not an attempt to come in.
        }

        await AnswerAsync(request.Http, user);
    }

    private async Task OpenAsync(ApiRequest request)
    {
        string? user = null;
        if (admission.IsNeeded)
        {
            string? token = BearerToken.Of(request.Http.Request);
            user = await admission.UserOfAsync(token);
            if (token!.Length > SessionCookie.MaxToken)
                throw Problems.InvalidRequest.Because($"The token has {token.Length} characters; browsers keep cookies of {SessionCookie.MaxToken} at most. Make a shorter one with 'parley token'.");
            SessionCookie.Set(request.Http, token);
        }

        await AnswerAsync(request.Http, user);
    }

    private static Task CloseAsync(ApiRequest request)
    {
        SessionCookie.Clear(request.Http);
        return ApiAnswer.NoContentAsync(request.Http);
    }

    private Task AnswerAsync(HttpContext http, string? user) => ApiAnswer.JsonAsync(http, json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("authentication"u8, admission.IsNeeded);
        json.WriteString("user"u8, user);
        json.WriteEndObject();
    });
}
