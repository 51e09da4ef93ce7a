using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Parley.Server.Configuration;

namespace Parley.Server.Auth;

/// <summary>Makes tokens, for the command line: the server itself hands none out. Safe for concurrent calls.</summary>
internal sealed class TokenIssuer(AuthOptions options, TimeProvider clock)
{
    /// <summary>A signed token.</summary>
    /// <param name="subject">The user's name; not empty.</param>
    /// <param name="lifetime">Time until it expires; null takes <c>auth.access_token_expire_minutes</c>.</param>
    public string Issue(string subject, TimeSpan? lifetime = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(subject);
        DateTime now = clock.GetUtcNow().UtcDateTime;
        SecurityTokenDescriptor token = new()
        {
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { [JwtRegisteredClaimNames.Sub] = subject },
            IssuedAt = now,
            NotBefore = now,
            Expires = now + (lifetime ?? TimeSpan.FromMinutes(options.AccessTokenExpireMinutes)),
            SigningCredentials = new SigningCredentials(AuthKey.Of(options), options.Algorithm),
        };
        return new JsonWebTokenHandler().CreateToken(token);
    }
}
