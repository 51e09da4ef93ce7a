using Microsoft.AspNetCore.Http;
using Parley.Server.Auth;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>Who sends a request: by a Bearer token or, for browsers, by the cookie that was given for one. Safe for concurrent calls.</summary>
/// <param name="tokens">Null when nobody has to show a token.</param>
internal sealed class ApiAdmission(TokenValidator? tokens)
{
    /// <summary>Whether tokens are asked for.</summary>
    public bool IsNeeded => tokens is not null;

    /// <summary>The client of a request that nobody has looked at.</summary>
    public static JobClient Nobody(HttpContext http) => new(ClientAddress.Of(http.Connection.RemoteIpAddress), User: null);

    /// <summary>The client behind a request. A token in the header counts before the cookie.</summary>
    /// <exception cref="ProblemException">It shows no valid token.</exception>
    public async Task<JobClient> AdmitAsync(HttpContext http)
    {
        if (tokens is null)
            return Nobody(http);
        string user = await UserOfAsync(BearerToken.Of(http.Request) ?? SessionCookie.Of(http.Request));
        return new JobClient(user, user);
    }

    /// <summary>Whose token it is.</summary>
    /// <exception cref="ProblemException">There is none, or it is not valid, or tokens mean nothing here.</exception>
    public async Task<string> UserOfAsync(string? token)
    {
        if (token is null || tokens is null)
            throw Problems.Unauthorized.Because("Send one of this server's tokens in the header 'Authorization: Bearer TOKEN'; 'parley token' makes them. Browsers get a cookie for it at POST /api/v1/session.");
        TokenCheck check = await tokens.CheckAsync(token);
        return check.User ?? throw Problems.Unauthorized.Because($"The request is refused: {check.Problem}. 'parley token' makes tokens for this server.");
    }
}
