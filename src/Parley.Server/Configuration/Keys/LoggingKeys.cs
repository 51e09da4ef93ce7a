using System.Globalization;
using System.Text.RegularExpressions;
using static Parley.Server.Configuration.Setting;

namespace Parley.Server.Configuration.Keys;

/// <summary>Section <c>logging</c>. Size and age are written with their units, as the seeds' server wants them.</summary>
internal static partial class LoggingKeys
{
    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Choice("logging.level", "FUNASR_LOG_LEVEL", "TRACE, DEBUG, INFO, WARNING, ERROR or CRITICAL", Level, o => o.Logging.Level, (o, v) => With(o, o.Logging with { Level = v })) with { IsLive = true },
        Directory("logging.log_dir", "FUNASR_LOG_DIR", o => o.Logging.LogDir, (o, v) => With(o, o.Logging with { LogDir = v })),
        new SettingKey
        {
            Name = "logging.rotation",
            Expected = "a size such as 100 MB",
            Apply = (o, text, _) => Megabytes(text) is { } size ? With(o, o.Logging with { RotationMb = size }) : null,
            Show = o => $"{o.Logging.RotationMb} MB",
        },
        new SettingKey
        {
            Name = "logging.retention",
            Expected = "a time such as 7 days",
            Apply = (o, text, _) => Days(text) is { } days ? With(o, o.Logging with { RetentionDays = days }) : null,
            Show = o => $"{o.Logging.RetentionDays} days",
        },
        OptionalText("logging.format", "", "a pattern with {message}", static text => text.Contains("{message", StringComparison.Ordinal),
            o => o.Logging.Format, (o, v) => With(o, o.Logging with { Format = v })),
    ];

    private static ServerOptions With(ServerOptions options, LoggingOptions logging) => options with { Logging = logging };

    private static string? Level(string text, SettingContext context) => text.ToUpperInvariant() switch
    {
        "TRACE" => "TRACE",
        "DEBUG" => "DEBUG",
        "INFO" or "INFORMATION" or "SUCCESS" => "INFO",
        "WARNING" or "WARN" => "WARNING",
        "ERROR" => "ERROR",
        "CRITICAL" or "FATAL" => "CRITICAL",
        _ => null,
    };

    private static int? Megabytes(string text)
    {
        if (Quantity().Match(text) is not { Success: true } match)
            return null;
        double factor = match.Groups[2].Value.ToUpperInvariant() switch
        {
            "KB" or "KIB" => 1.0 / 1024,
            "" or "MB" or "MIB" => 1,
            "GB" or "GIB" => 1024,
            _ => double.NaN,
        };
        double size = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * factor;
        return size is > 0 and <= 1_000_000 ? (int)Math.Ceiling(size) : null;
    }

    private static int? Days(string text)
    {
        if (Quantity().Match(text) is not { Success: true } match)
            return null;
        double factor = match.Groups[2].Value.ToUpperInvariant() switch
        {
            "" or "DAY" or "DAYS" => 1,
            "WEEK" or "WEEKS" => 7,
            "MONTH" or "MONTHS" => 30,
            "HOUR" or "HOURS" => 1.0 / 24,
            _ => double.NaN,
        };
        double days = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * factor;
        return days is > 0 and <= 36_500 ? (int)Math.Ceiling(days) : null;
    }

    [GeneratedRegex(@"^\s*(\d{1,9}(?:\.\d{1,9})?)\s*([A-Za-z]*)\s*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Quantity();
}
