using System.CommandLine;
using Parley.Cli.Configuration;
using Parley.Cli.Terminals;
using Parley.Server.Auth;
using Parley.Server.Configuration;

namespace Parley.Cli.Commands;

/// <summary><c>parley token</c>: makes a token for a server that asks for one. The server itself hands none out.</summary>
internal sealed class TokenCommand : ExampleCommand
{
    private const int MaxMinutes = 100 * 366 * 24 * 60;

    private readonly Option<string> _subject = new("--subject") { HelpName = "NAME", Required = true, Description = "User that the token stands for; jobs belong to that user." };

    private readonly Option<int?> _minutes = NumberOption.Create(
        "--minutes", [], "N", "Time until the token expires. Default: auth.access_token_expire_minutes, 1440.", 1, MaxMinutes);

    private readonly Option<string?> _config = new("--config") { HelpName = "FILE", Description = "Configuration file of the server. Default: config.json of the current directory." };

    public TokenCommand(Terminal terminal)
        : base("token", "Make a token for a server with auth.enabled, signed with its auth.secret_key.", """
            parley token --subject fang                    for a day
            parley token --subject nightly --minutes 60    for an hour
            """)
    {
        foreach (Option option in new Option[] { _subject, _minutes, _config })
            Options.Add(option);
        _subject.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (string.IsNullOrWhiteSpace(token.Value) || token.Value.Length > TokenValidator.MaxSubject))
                result.AddError($"--subject must be a name of 1 to {TokenValidator.MaxSubject} characters.");
        });
        SetAction((parsed, _) =>
        {
            AuthOptions auth = ReadOptions(parsed.GetValue(_config));
            TimeSpan? lifetime = parsed.GetValue(_minutes) is { } minutes ? TimeSpan.FromMinutes(minutes) : null;
            if (!auth.Enabled)
                terminal.WriteError("note: auth.enabled is false; a server with this configuration asks for no token.");
            terminal.Output.WriteLine(new TokenIssuer(auth, TimeProvider.System).Issue(parsed.GetRequiredValue(_subject), lifetime));
            return Task.FromResult(ExitCode.Done);
        });
    }

    private static AuthOptions ReadOptions(string? file)
    {
        EffectiveConfiguration configuration = ConfigurationReader.Read(new ConfigurationRequest { File = file, Variables = ProcessVariables.Read() });

        // Other sections need not be right here; but without the file that was named, the key would be another one.
        string[] errors = [.. configuration.Errors.Where(error => error.StartsWith("auth.", StringComparison.Ordinal) || (file is not null && configuration.File is null))];
        if (errors.Length > 0)
            throw new UsageException(string.Join(' ', errors));
        AuthOptions auth = configuration.Options.Auth;
        if (auth.SecretKey.Length == 0 || (auth.SecretKey is AuthOptions.PlaceholderKey && !auth.AllowDefaultKey))
            throw new UsageException("auth.secret_key is not set: no server would take a token that is signed with the placeholder. Set it, or FUNASR_AUTH_SECRET_KEY, as for the server.");
        return auth;
    }
}
