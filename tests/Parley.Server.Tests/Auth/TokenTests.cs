using System.Security.Cryptography;
using System.Text;
using Parley.Server.Auth;
using Parley.Server.Configuration;
using Parley.Server.Tests.Protocols;

namespace Parley.Server.Tests.Auth;

public sealed class TokenTests
{
    private static readonly AuthOptions Options = new() { Enabled = true, SecretKey = "a key of this test alone, long enough" };

    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData("HS256", "short")]
    [InlineData("HS384", "short")]
    [InlineData("HS512", "a key that is longer than the block of any hash that is used here, and so is not filled up with zeros but hashed to a shorter one by HMAC itself ........")]
    public async Task A_token_that_was_issued_is_taken(string algorithm, string key)
    {
        AuthOptions options = Options with { Algorithm = algorithm, SecretKey = key };

        TokenCheck check = await new TokenValidator(options, _clock).CheckAsync(new TokenIssuer(options, _clock).Issue("王芳"));

        check.User.ShouldBe("王芳");
    }

    [Fact]
    public async Task A_token_of_another_program_is_taken()
        => (await new TokenValidator(Options, _clock).CheckAsync(Sign("""{"alg":"HS256","typ":"JWT"}""", """{"sub":"x"}""", Options.SecretKey))).User.ShouldBe("x");

    [Fact]
    public async Task A_token_expires_when_it_says_so()
    {
        TokenValidator validator = new(Options, _clock);
        string token = new TokenIssuer(Options, _clock).Issue("x", TimeSpan.FromMinutes(10));
        string usual = new TokenIssuer(Options, _clock).Issue("x");

        _clock.Advance(TimeSpan.FromMinutes(9));
        (await validator.CheckAsync(token)).User.ShouldBe("x");
        _clock.Advance(TimeSpan.FromMinutes(2));
        TokenCheck late = await validator.CheckAsync(token);
        late.User.ShouldBeNull();
        late.Problem.ShouldContain("expired");
        (await validator.CheckAsync(usual)).User.ShouldBe("x");
        _clock.Advance(TimeSpan.FromMinutes(1440));
        (await validator.CheckAsync(usual)).User.ShouldBeNull();
    }

    [Fact]
    public async Task What_is_no_token_of_ours_is_refused()
    {
        TokenValidator validator = new(Options, _clock);
        string[] tokens =
        [
            "", "x", "a.b.c", "..", new string('x', TokenValidator.MaxLength),
            Sign("""{"alg":"HS256"}""", """{"sub":"x"}""", "another key"),
            Sign("""{"alg":"HS512"}""", """{"sub":"x"}""", Options.SecretKey),
            Sign("""{"alg":"HS256"}""", """{"name":"x"}""", Options.SecretKey),
            Sign("""{"alg":"HS256"}""", """{"sub":""}""", Options.SecretKey),
            Sign("""{"alg":"HS256"}""", """{"sub":["x"]}""", Options.SecretKey),
            Sign("""{"alg":"HS256"}""", """{"sub":"x","exp":1}""", Options.SecretKey),
            Sign("""{"alg":"HS256"}""", """{"sub":"x","nbf":99999999999}""", Options.SecretKey),
            Sign("""{"alg":"none"}""", """{"sub":"x"}""", Options.SecretKey),
            Encode("""{"alg":"none"}""") + "." + Encode("""{"sub":"x"}""") + ".",
        ];

        foreach (string token in tokens)
        {
            TokenCheck check = await validator.CheckAsync(token);
            check.User.ShouldBeNull(token);
            check.Problem.ShouldNotBeNullOrEmpty();
        }
    }

    [Fact]
    public void The_placeholder_key_is_refused_unless_it_is_allowed()
    {
        AuthCheck.Errors(new AuthOptions()).ShouldBeEmpty();
        AuthCheck.Errors(new AuthOptions { Enabled = true }).Single().ShouldContain("auth.secret_key");
        AuthCheck.Errors(new AuthOptions { Enabled = true, AllowDefaultKey = true }).ShouldBeEmpty();
        AuthCheck.Warnings(new AuthOptions { Enabled = true, AllowDefaultKey = true }).Single().ShouldContain("placeholder");
        AuthCheck.Errors(new AuthOptions { Enabled = true, SecretKey = "" }).Single().ShouldContain("empty");
        AuthCheck.Errors(Options with { Algorithm = "RS256" }).Single().ShouldContain("HS512");
        AuthCheck.Errors(Options).ShouldBeEmpty();
        AuthCheck.Warnings(Options).ShouldBeEmpty();
        AuthCheck.Warnings(Options with { SecretKey = "short" }).Single().ShouldContain("32");
    }

    private static string Sign(string header, string payload, string key)
    {
        string text = $"{Encode(header)}.{Encode(payload)}";
        return $"{text}.{Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(text)))}";
    }

    private static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    private static string Encode(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
