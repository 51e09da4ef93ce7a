using System.Globalization;
using System.Text.Json;

namespace Parley.Server.Configuration;

/// <summary>The kinds of values that keys have.</summary>
internal static class Setting
{
    public static SettingKey Int(string name, string variable, int min, int max, Func<ServerOptions, int> get, Func<ServerOptions, int, ServerOptions> set) => new()
    {
        Name = name,
        Variable = variable,
        Expected = max == int.MaxValue ? $"a whole number from {min}" : $"a whole number from {min} to {max}",
        Apply = (options, text, _) => ParseInt(text) is { } value && value >= min && value <= max ? set(options, value) : null,
        Show = options => get(options).ToString(CultureInfo.InvariantCulture),
    };

    public static SettingKey Number(
        string name, string variable, double min, double max, string unit, Func<ServerOptions, double> get, Func<ServerOptions, double, ServerOptions> set) => new()
        {
            Name = name,
            Variable = variable,
            Expected = string.Create(CultureInfo.InvariantCulture, $"{unit} between {min} and {max}"),
            Apply = (options, text, _) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= min && value <= max
                ? set(options, value) : null,
            Show = options => get(options).ToString(CultureInfo.InvariantCulture),
        };

    public static SettingKey Bool(string name, string variable, Func<ServerOptions, bool> get, Func<ServerOptions, bool, ServerOptions> set) => new()
    {
        Name = name,
        Variable = variable,
        Expected = "true or false",
        Apply = (options, text, _) => ParseBool(text) is { } value ? set(options, value) : null,
        Show = options => get(options) ? "true" : "false",
    };

    /// <summary>One of a few words. What is written may have other names for a value, which the options never see.</summary>
    public static SettingKey Choice(
        string name, string variable, string expected, Func<string, SettingContext, string?> canonical, Func<ServerOptions, string> get, Func<ServerOptions, string, ServerOptions> set) => new()
        {
            Name = name,
            Variable = variable,
            Expected = expected,
            Apply = (options, text, context) => canonical(text.Trim(), context) is { } value ? set(options, value) : null,
            Show = get,
        };

    public static SettingKey Text(string name, string variable, string expected, Func<ServerOptions, string?> get, Func<ServerOptions, string, ServerOptions> set) => new()
    {
        Name = name,
        Variable = variable,
        Expected = expected,
        Apply = (options, text, _) => text.Trim() is { Length: > 0 } value ? set(options, value) : null,
        Show = options => get(options) ?? "null",
    };

    /// <summary>Text that may be empty, which means that there is none.</summary>
    public static SettingKey OptionalText(
        string name, string variable, string expected, Func<string, bool> isValid, Func<ServerOptions, string?> get, Func<ServerOptions, string?, ServerOptions> set) => new()
        {
            Name = name,
            Variable = variable,
            Expected = expected,
            Apply = (options, text, _) => text.Trim() is { Length: > 0 } value ? (isValid(value) ? set(options, value) : null) : set(options, null),
            Show = options => get(options) ?? "null",
        };

    public static SettingKey Directory(string name, string variable, Func<ServerOptions, string?> get, Func<ServerOptions, string, ServerOptions> set) => new()
    {
        Name = name,
        Variable = variable,
        Expected = "a directory",
        Apply = (options, text, context) => FullPath(text, context) is { } path ? set(options, path) : null,
        Show = options => get(options) ?? "null",
    };

    public static SettingKey List(string name, string variable, string expected, Func<string, string?> canonical, Func<ServerOptions, IReadOnlyList<string>> get,
        Func<ServerOptions, IReadOnlyList<string>, ServerOptions> set, bool mayBeEmpty = false) => new()
        {
            Name = name,
            Variable = variable,
            Expected = expected,
            Apply = (options, text, _) => Names(text, canonical) is { } names && (mayBeEmpty || names.Count > 0) ? set(options, names) : null,
            Show = options => string.Join(',', get(options)),
        };

    /// <summary>A list that may be empty.</summary>
    public static SettingKey OptionalList(string name, string variable, string expected, Func<string, string?> canonical, Func<ServerOptions, IReadOnlyList<string>> get,
        Func<ServerOptions, IReadOnlyList<string>, ServerOptions> set) => List(name, variable, expected, canonical, get, set) with
        {
            Apply = (options, text, _) => Names(text, canonical) is { } names ? set(options, names) : null,
        };

    /// <summary>A key that other programs know; it is accepted and changes nothing.</summary>
    public static SettingKey Ignored(string name, string variable, string why) => new()
    {
        Name = name,
        Variable = variable,
        Expected = "anything",
        Apply = (options, _, _) => options,
        Show = _ => "",
        Ignored = why,
    };

    /// <summary>A path as it is written, against the directory where relative ones start; null when it is none.</summary>
    public static string? FullPath(string text, SettingContext context)
        => text.Trim().Length == 0 || text.Contains('\0', StringComparison.Ordinal) ? null : Path.GetFullPath(text.Trim(), context.Directory);

    /// <summary>Any of the spellings that the environment of the seeds' server knows.</summary>
    public static bool? ParseBool(string text) => text.Trim().ToLowerInvariant() switch
    {
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" => false,
        _ => null,
    };

    /// <summary>Whether a text is an address that one can send to by HTTP.</summary>
    public static bool IsHttpAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https";

    // 60 and 60.0 are the same number to those who write JSON.
    private static int? ParseInt(string text)
        => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture, out decimal value) && value == decimal.Truncate(value) && value is >= int.MinValue and <= int.MaxValue
            ? (int)value : null;

    // An array in the file, a list with commas in the environment.
    private static List<string>? Names(string text, Func<string, string?> canonical)
    {
        IEnumerable<string?> raw = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (text.StartsWith('['))
        {
            using JsonDocument array = JsonDocument.Parse(text);
            raw = [.. array.RootElement.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString() : null)];
        }

        List<string> names = [];
        foreach (string? item in raw)
        {
            if (item is null || canonical(item.Trim()) is not { } name)
                return null;
            names.Add(name);
        }

        return names;
    }
}
