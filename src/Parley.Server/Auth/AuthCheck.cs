using System.Text;
using Parley.Server.Configuration;

namespace Parley.Server.Auth;

/// <summary>Whether section <c>auth</c> can be used. Pure.</summary>
internal static class AuthCheck
{
    private const int AdvisedKeyBytes = 32;

    private static readonly string[] Algorithms = ["HS256", "HS384", "HS512"];

    /// <summary>What keeps the server from starting with authentication on, one sentence each; empty when it is off or all is well.</summary>
    public static IReadOnlyList<string> Errors(AuthOptions options)
    {
        List<string> errors = [];
        if (!options.Enabled)
            return errors;
        if (!Algorithms.Contains(options.Algorithm, StringComparer.Ordinal))
            errors.Add($"auth.algorithm must be one of {string.Join(", ", Algorithms)}, found '{options.Algorithm}'.");
        if (options.SecretKey.Length == 0)
            errors.Add("auth.secret_key is empty. Set it, or FUNASR_AUTH_SECRET_KEY, to a long random text.");
        if (options.SecretKey is AuthOptions.PlaceholderKey && !options.AllowDefaultKey)
            errors.Add("auth.secret_key is the placeholder that everybody knows. Set it, or FUNASR_AUTH_SECRET_KEY, to a long random text; auth.allow_default_key lets the server start with it all the same.");
        return errors;
    }

    /// <summary>What the operator should know about keys that are taken.</summary>
    public static IReadOnlyList<string> Warnings(AuthOptions options)
    {
        if (!options.Enabled || options.SecretKey.Length == 0)
            return [];
        if (options.SecretKey is AuthOptions.PlaceholderKey)
            return ["auth.secret_key is the placeholder that everybody knows: anybody can make tokens."];
        return Encoding.UTF8.GetByteCount(options.SecretKey) < AdvisedKeyBytes
            ? [$"auth.secret_key has fewer than {AdvisedKeyBytes} bytes: such keys can be guessed. Use a long random text."]
            : [];
    }
}
