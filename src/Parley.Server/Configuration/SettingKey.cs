namespace Parley.Server.Configuration;

/// <summary>A key of config.json: its name everywhere, how a value becomes an option, and how the option is shown.</summary>
internal sealed record SettingKey
{
    /// <summary>Path in the file, such as <c>server.port</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The environment variable that overrides the file; empty when there is none.</summary>
    public string Variable { get; init; } = "";

    /// <summary>The option that overrides both; empty when there is none.</summary>
    public string Option { get; init; } = "";

    /// <summary>What a value looks like, for messages: "a number from 1 to 65535".</summary>
    public required string Expected { get; init; }

    /// <summary>Puts a value into the options; null when the text does not convert.</summary>
    public required Func<ServerOptions, string, SettingContext, ServerOptions?> Apply { get; init; }

    /// <summary>The value as the file would spell it.</summary>
    public required Func<ServerOptions, string> Show { get; init; }

    /// <summary>Whether the value must never be shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether a change takes effect without a restart.</summary>
    public bool IsLive { get; init; }

    /// <summary>Why the key is accepted and changes nothing; null for keys that are obeyed.</summary>
    public string? Ignored { get; init; }

    /// <summary>Whether two options have the same value of this key.</summary>
    public bool IsSame(ServerOptions one, ServerOptions other) => string.Equals(Show(one), Show(other), StringComparison.Ordinal);

    /// <summary>The options with this key's value of others.</summary>
    public ServerOptions Copy(ServerOptions from, ServerOptions to)
        => Apply(to, Show(from) is var text and not "null" ? text : "", new SettingContext(Environment.CurrentDirectory, static _ => { })) ?? to;

    /// <summary>The value for people: secrets are masked.</summary>
    public string ShowMasked(ServerOptions options) => Mask(Show(options));

    /// <summary>A value of this key as messages may show it.</summary>
    public string Mask(string value) => IsSecret && value.Length > 0 && value is not "null" ? "********" : value;
}

/// <summary>What a value may need to know.</summary>
/// <param name="Directory">Where relative paths start.</param>
/// <param name="Warn">Receives what the operator should know about an accepted value.</param>
internal sealed record SettingContext(string Directory, Action<string> Warn);
