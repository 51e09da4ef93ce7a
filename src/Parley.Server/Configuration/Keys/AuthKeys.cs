using static Parley.Server.Configuration.Setting;

namespace Parley.Server.Configuration.Keys;

/// <summary>Section <c>auth</c>.</summary>
internal static class AuthKeys
{
    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Bool("auth.enabled", "FUNASR_AUTH_ENABLED", o => o.Auth.Enabled, (o, v) => With(o, o.Auth with { Enabled = v })),
        Text("auth.secret_key", "FUNASR_AUTH_SECRET_KEY", "a secret text", o => o.Auth.SecretKey, (o, v) => With(o, o.Auth with { SecretKey = v })) with { IsSecret = true },
        Choice("auth.algorithm", "", "HS256, HS384 or HS512", static (text, _) => text.ToUpperInvariant() is "HS256" or "HS384" or "HS512" ? text.ToUpperInvariant() : null,
            o => o.Auth.Algorithm, (o, v) => With(o, o.Auth with { Algorithm = v })),
        Int("auth.access_token_expire_minutes", "", 1, int.MaxValue, o => o.Auth.AccessTokenExpireMinutes, (o, v) => With(o, o.Auth with { AccessTokenExpireMinutes = v })),
        Bool("auth.allow_default_key", "FUNASR_AUTH_ALLOW_DEFAULT_KEY", o => o.Auth.AllowDefaultKey, (o, v) => With(o, o.Auth with { AllowDefaultKey = v })),
    ];

    private static ServerOptions With(ServerOptions options, AuthOptions auth) => options with { Auth = auth };
}
