using Microsoft.AspNetCore.Http;
using Parley.Server.Auth;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>Who sends a request: asks for a Bearer token where one is needed; elsewhere any key does, because applications cannot do without. Safe for concurrent calls.</summary>
/// <param name="tokens">Null when nobody has to show a token.</param>
internal sealed class BearerCheck(TokenValidator? tokens)
{
    private const string Scheme = "Bearer ";

    /// <summary>The client behind a request.</summary>
    /// <exception cref="OpenAiException">It shows no valid token.</exception>
    public async Task<JobClient> AdmitAsync(HttpContext http)
    {
        if (tokens is null)
            return new JobClient(ClientAddress.Of(http.Connection.RemoteIpAddress), User: null);
        string header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            throw Refused("You didn't provide an API key. Send one of this server's tokens in the header 'Authorization: Bearer TOKEN'; 'parley token' makes them.", code: null);
        TokenCheck check = await tokens.CheckAsync(header[Scheme.Length..].Trim());
        return check.User is { } user
            ? new JobClient(user, user)
            : throw Refused($"Incorrect API key provided: {check.Problem}. 'parley token' makes tokens for this server.", "invalid_api_key");
    }

    private static OpenAiException Refused(string message, string? code)
        => new(new OpenAiError(StatusCodes.Status401Unauthorized, OpenAiError.InvalidRequest, message, Code: code));
}
