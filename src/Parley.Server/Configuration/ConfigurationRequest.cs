namespace Parley.Server.Configuration;

/// <summary>Where to read a configuration.</summary>
internal sealed record ConfigurationRequest
{
    /// <summary>The file that was named; null looks for <see cref="ConfigurationReader.DefaultFile"/> in the working directory.</summary>
    public string? File { get; init; }

    /// <summary>Where <c>config.json</c> and <c>.env</c> are looked for, and where relative paths of the environment and the defaults start.</summary>
    public string WorkingDirectory { get; init; } = System.Environment.CurrentDirectory;

    /// <summary>The variables of the process.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What the command line says, strongest of all.</summary>
    public IReadOnlyList<CommandLineValue> CommandLine { get; init; } = [];

    /// <summary>Directory below which database, uploads, temporary files and logs lie unless a key says otherwise; null for the usual places.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Reads nothing but section <c>funasr</c>, as commands do that are no server.</summary>
    public bool ModelsOnly { get; init; }
}

/// <summary>A value of the command line.</summary>
/// <param name="Key">Name of the key.</param>
/// <param name="Value">What was written.</param>
/// <param name="Option">The option, for messages.</param>
internal sealed record CommandLineValue(string Key, string Value, string Option);
