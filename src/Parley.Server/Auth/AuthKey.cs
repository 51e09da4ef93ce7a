using System.Text;
using Microsoft.IdentityModel.Tokens;
using Parley.Server.Configuration;

namespace Parley.Server.Auth;

/// <summary>The key that tokens are signed with.</summary>
internal static class AuthKey
{
    private const int LargestBlock = 128;

    /// <summary>The key of <c>auth.secret_key</c>, UTF-8.</summary>
    /// <remarks>HMAC (RFC 2104) fills a key with zeros up to the block of its hash. Doing that here changes no signature, and lets old short keys pass the library's check of lengths.</remarks>
    public static SymmetricSecurityKey Of(AuthOptions options)
    {
        byte[] key = Encoding.UTF8.GetBytes(options.SecretKey);
        int block = options.Algorithm is SecurityAlgorithms.HmacSha256 ? LargestBlock / 2 : LargestBlock;
        if (key.Length < block)
            Array.Resize(ref key, block);
        return new SymmetricSecurityKey(key);
    }
}
