using System.Globalization;

namespace Parley.Models;

/// <summary>A value of a YAML file: nothing, a text, a list or a map. Looking into what is not there gives nothing, not an error.</summary>
internal sealed class YamlValue(string file, string where, string? text, IReadOnlyList<YamlValue>? items, IReadOnlyDictionary<string, YamlValue>? entries)
{
    public bool IsPresent => text is not null || items is not null || entries is not null;

    public YamlValue this[string key]
        => entries is not null && entries.TryGetValue(key, out YamlValue? value)
            ? value
            : new YamlValue(file, where.Length == 0 ? key : $"{where}.{key}", null, null, null);

    public string? AsText() => items is null && entries is null ? text : throw Unexpected("a text");

    public int? AsInt()
        => AsText() is not { } value ? null
            : int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
            : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) && double.IsInteger(real) && Math.Abs(real) <= int.MaxValue ? (int)real
            : throw Unexpected("a whole number");

    public double? AsDouble()
        => AsText() is not { } value ? null
            : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number
            : throw Unexpected("a number");

    public bool? AsBool() => AsText()?.ToLowerInvariant() switch
    {
        null => null,
        "true" or "yes" or "on" or "1" => true,
        "false" or "no" or "off" or "0" => false,
        _ => throw Unexpected("true or false"),
    };

    public IReadOnlyList<int>? AsInts() => Items()?.Select(item => item.AsInt() ?? throw Unexpected("a list of whole numbers")).ToArray();

    public IReadOnlyList<string>? AsTexts() => Items()?.Select(item => item.AsText() ?? throw Unexpected("a list of texts")).ToArray();

    private IReadOnlyList<YamlValue>? Items() => text is null && entries is null ? items : throw Unexpected("a list");

    private ModelFileException Unexpected(string expected)
        => new(file, $"{file}: expected {expected} at {(where.Length == 0 ? "the top" : where)}, found {(text is not null ? $"'{Short(text)}'" : items is not null ? "a list" : "a map")}.");

    private static string Short(string value) => value.Length <= 40 ? value : value[..40] + "...";
}
