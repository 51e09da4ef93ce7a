namespace Parley.Server.Configuration;

/// <summary>What was read: the options, where each value comes from, and what is wrong. Immutable.</summary>
internal sealed record EffectiveConfiguration
{
    /// <summary>What <see cref="SourceOf"/> says about values that nobody set.</summary>
    public const string DefaultSource = "default";

    /// <summary>Usable only when there are no <see cref="Errors"/>.</summary>
    public required ServerOptions Options { get; init; }

    /// <summary>By name of the key, for those that were set.</summary>
    public required IReadOnlyDictionary<string, string> Sources { get; init; }

    /// <summary>All of them, one sentence each: key, expectation, finding.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>What the operator should look at.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>What the operator may like to know.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Full path of the file that was read; null when there was none.</summary>
    public required string? File { get; init; }

    /// <summary>Where a value comes from, in the words of the operator: <c>config.json</c>, <c>FUNASR_SERVER_PORT</c>, <c>--port</c>.</summary>
    public string SourceOf(string key) => Sources.GetValueOrDefault(key, DefaultSource);

    /// <summary>Every key that is obeyed: its name, its value (secrets masked) and its source.</summary>
    public IEnumerable<(string Key, string Value, string Source)> Rows()
        => SettingTable.All.Where(key => key.Ignored is null).Select(key => (key.Name, key.ShowMasked(Options), SourceOf(key.Name)));
}
