using System.Text;
using Parley.Cli;
using Parley.Cli.Terminals;
using Parley.Server.Auth;
using Parley.Server.Configuration;

namespace Parley.Server.Tests.Auth;

public sealed class TokenCommandTests : IDisposable
{
    private const string Key = "a key of this test alone, long enough";

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-token-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_token_for_the_configured_server_is_printed_alone()
    {
        (int exitCode, string output, string error) = await RunAsync($$$"""{"auth":{"enabled":true,"secret_key":"{{{Key}}}","algorithm":"HS512"}}""", "--subject", "fang", "--minutes", "5");

        exitCode.ShouldBe(ExitCode.Done, error);
        error.ShouldBeEmpty();
        AuthOptions options = new() { SecretKey = Key, Algorithm = "HS512" };
        (await new TokenValidator(options, TimeProvider.System).CheckAsync(output.Trim())).User.ShouldBe("fang");
        output.ShouldNotContain(Key);
    }

    [Theory]
    [InlineData("{}", "secret_key", "--subject", "fang")]
    [InlineData("""{"auth":{"enabled":true}}""", "placeholder", "--subject", "fang")]
    [InlineData("""{"auth":""", "configuration", "--subject", "fang")]
    [InlineData("{}", "--subject", "--subject", " ")]
    [InlineData("{}", "--minutes", "--subject", "fang", "--minutes", "0")]
    public async Task What_cannot_be_made_is_explained(string config, string words, params string[] arguments)
    {
        (int exitCode, string output, string error) = await RunAsync(config, arguments);

        exitCode.ShouldBe(ExitCode.Usage);
        output.ShouldBeEmpty();
        error.ShouldContain(words);
    }

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(string config, params string[] arguments)
    {
        string file = Path.Combine(_folder, "config.json");
        await File.WriteAllTextAsync(file, config);
        using MemoryStream output = new();
        using StringWriter error = new();
        using Terminal terminal = new(output, error, () => Stream.Null);
        int exitCode = await CommandLine.RunAsync(["token", .. arguments, "--config", file], terminal, signals: null, CancellationToken.None);
        terminal.Output.Flush();
        return (exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
