namespace Parley.Server.Configuration;

/// <summary>A configuration while it is read. Not safe for concurrent use.</summary>
internal sealed class ConfigurationBuild(ServerOptions defaults)
{
    private readonly Dictionary<string, List<string>> _ignored = new(StringComparer.Ordinal);

    public ServerOptions Options { get; set; } = defaults;

    public Dictionary<string, string> Sources { get; } = new(StringComparer.Ordinal);

    public List<string> Errors { get; } = [];

    public List<string> Warnings { get; } = [];

    public List<string> Notes { get; } = [];

    /// <summary>Puts a value in, or says why not.</summary>
    /// <param name="key">The key.</param>
    /// <param name="text">Its value as text.</param>
    /// <param name="directory">Where relative paths start.</param>
    /// <param name="source">Who says so.</param>
    /// <param name="isError">Whether a value that does not convert is an error, or is skipped with a warning.</param>
    /// <param name="written">The value as it was written, for messages; null when that is the text.</param>
    public void Apply(SettingKey key, string text, string directory, string source, bool isError, string? written = null)
    {
        if (key.Ignored is { } why)
        {
            if (!_ignored.TryGetValue(why, out List<string>? names))
                _ignored[why] = names = [];
            if (!names.Contains(key.Name))
                names.Add(key.Name);
            return;
        }

        if (key.Apply(Options, text, new SettingContext(directory, Warnings.Add)) is { } changed)
        {
            Options = changed;
            Sources[key.Name] = source;
            return;
        }

        string found = key.Mask(written ?? $"'{text}'");
        if (isError)
            Errors.Add($"{source}: {key.Name} must be {key.Expected}, found {found}.");
        else
            Warnings.Add($"The environment variable {source} is ignored: expected {key.Expected}, found {found}.");
    }

    /// <summary>Reports a name that nobody knows, with the known one that it resembles.</summary>
    public void Unknown(string name, string source, IEnumerable<string> known)
        => Warnings.Add($"{source}: the key {name} is not known to this program and is ignored.{(Nearest.To(name, known) is { } near ? $" Did you mean {near}?" : "")}");

    public EffectiveConfiguration Finish(string? file) => new()
    {
        Options = Options,
        Sources = Sources,
        Errors = Errors,
        Warnings = Warnings,
        Notes = [.. Notes, .. _ignored.Select(item => $"Without effect here: {string.Join(", ", item.Value)} ({item.Key}).")],
        File = file,
    };
}
