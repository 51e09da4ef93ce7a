using System.Text;
using System.Text.RegularExpressions;

namespace Parley.Server.Telemetry.Logs;

/// <summary>Reads <c>logging.format</c> as the seeds' server writes it and says the same in Serilog's words.</summary>
internal static partial class LogPattern
{
    /// <summary>Ours: time, level, where from, the job, what happened.</summary>
    public const string Default = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} [{Level:u3}] {Room}: {Job}{Message:lj}{NewLine}{Exception}";

    /// <summary>
    /// Translates: <c>{time}</c> (with tokens such as YYYY-MM-DD HH:mm:ss.SSS), <c>{level}</c>, <c>{name}</c>, <c>{message}</c>, each with an alignment
    /// (<c>{level: &lt;8}</c>). Colour tags and fields of Python's own (<c>{function}</c>, <c>{line}</c>) are left out. The job always stands before the message.
    /// </summary>
    public static string Translate(string? pattern)
    {
        if (string.IsNullOrWhiteSpace(pattern))
            return Default;
        StringBuilder template = new();
        string plain = Tag().Replace(pattern.Trim(), "");
        int end = 0;
        foreach (Match field in Field().Matches(plain))
        {
            template.Append(Escape(plain[end..field.Index])).Append(FieldFor(field.Groups[1].Value, field.Groups[2].Value));
            end = field.Index + field.Length;
        }

        return template.Append(Escape(plain[end..])).Append("{NewLine}{Exception}").ToString();
    }

    private static string FieldFor(string name, string format) => name switch
    {
        "time" => $"{{Timestamp:{Time(format)}}}",
        "level" or "level.name" => Align(format) is { Length: > 0 } align ? $"{{Level{align}}}" : "{Level:u3}",
        "name" or "module" or "extra[name]" => $"{{Room{Align(format)}}}",
        "message" => "{Job}{Message:lj}",
        _ => "",
    };

    private static string Align(string format)
    {
        Match match = Alignment().Match(format);
        return !match.Success ? "" : $",{(match.Groups[1].Value is ">" ? "" : "-")}{match.Groups[2].Value}";
    }

    private static string Time(string format) => format.Length == 0
        ? "yyyy-MM-dd HH:mm:ss.fff"
        : format.Replace("YYYY", "yyyy", StringComparison.Ordinal).Replace("DD", "dd", StringComparison.Ordinal).Replace('S', 'f');

    private static string Escape(string text) => text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);

    [GeneratedRegex("</?[A-Za-z]*>", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\{([A-Za-z.\[\]_]+)(?::([^{}]*))?\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Field();

    [GeneratedRegex(@"^\s*([<>^]?)(\d{1,3})$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Alignment();
}
