using Microsoft.AspNetCore.Http;
using Parley.Server.Auth;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>Who sends a request: asks for a Bearer token where one is needed; elsewhere any key does, because applications cannot do without. Safe for concurrent calls.</summary>
/// <param name="tokens">Null when nobody has to show a token.</param>
internal sealed class BearerCheck(TokenValidator? tokens)
{
    /// <summary>The client behind a request.</summary>
    /// <exception cref="OpenAiException">It shows no valid token.</exception>
    public async Task<JobClient> AdmitAsync(HttpContext http)
    {
        if (tokens is null)
            return new JobClient(ClientAddress.Of(http.Connection.RemoteIpAddress), User: null);
        if (BearerToken.Of(http.Request) is not { } token)
            throw Refused("You didn't provide an API key. Send one of this server's tokens in the header 'Authorization: Bearer TOKEN'; 'parley token' makes them.", code: null);
        TokenCheck check = await tokens.CheckAsync(token);
        return check.User is { } user
            ? new JobClient(user, user)
            : throw Refused($"Incorrect API key provided: {check.Problem}. 'parley token' makes tokens for this server.", "invalid_api_key");
    }

    private static OpenAiException Refused(string message, string? code)
        => new(new OpenAiError(StatusCodes.Status401Unauthorized, OpenAiError.InvalidRequest, message, Code: code));
}
