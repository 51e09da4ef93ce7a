using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Parley.Server.Configuration;

namespace Parley.Server.Auth;

/// <summary>Checks tokens: signature, algorithm, subject, expiry when there is one. Safe for concurrent calls.</summary>
internal sealed class TokenValidator
{
    /// <summary>Longest token that is looked at, in characters.</summary>
    public const int MaxLength = 8192;

    /// <summary>Longest name of a user, in characters.</summary>
    public const int MaxSubject = 256;

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxLength };
    private readonly TokenValidationParameters _parameters;

    public TokenValidator(AuthOptions options, TimeProvider clock) => _parameters = new TokenValidationParameters
    {
        IssuerSigningKey = AuthKey.Of(options),
        ValidAlgorithms = [options.Algorithm],
        ValidateIssuer = false,
        ValidateAudience = false,
        RequireExpirationTime = false,
        LifetimeValidator = (notBefore, expires, _, _) =>
        {
            DateTime now = clock.GetUtcNow().UtcDateTime;
            return (notBefore is not { } from || from <= now) && (expires is not { } until || now < until);
        },
    };

    /// <summary>Who the token belongs to, or what is wrong with it. Never throws for what is in a token.</summary>
    public async Task<TokenCheck> CheckAsync(string token)
    {
        TokenValidationResult result = await _handler.ValidateTokenAsync(token, _parameters);
        if (!result.IsValid)
        {
            return TokenCheck.Failed(result.Exception is SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException
                ? "the token has expired, or is not valid yet"
                : "the token is not valid");
        }

        return result.Claims.TryGetValue(JwtRegisteredClaimNames.Sub, out object? claim) && claim is string { Length: > 0 and <= MaxSubject } subject
            ? new TokenCheck(subject, string.Empty)
            : TokenCheck.Failed($"the token has no claim sub, a text of at most {MaxSubject} characters");
    }
}

/// <summary>What came of a token.</summary>
/// <param name="User">Its subject; null when it is not valid.</param>
/// <param name="Problem">Why it is not; never holds the token.</param>
internal readonly record struct TokenCheck(string? User, string Problem)
{
    public static TokenCheck Failed(string problem) => new(null, problem);
}
