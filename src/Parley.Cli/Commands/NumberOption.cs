using System.CommandLine;
using System.Globalization;

namespace Parley.Cli.Commands;

/// <summary>Options that take a number within bounds.</summary>
internal static class NumberOption
{
    /// <summary>Makes an option; what is no such number is a usage error that names the bounds.</summary>
    public static Option<T?> Create<T>(string name, string[] aliases, string helpName, string description, T min, T max)
        where T : struct, IParsable<T>, IComparable<T>
        => new(name, aliases)
        {
            HelpName = helpName,
            Description = description,
            CustomParser = result =>
            {
                if (result.Tokens is [var token] && Parse(token.Value, min, max) is { } value)
                    return value;
                result.AddError($"{name} must be a number between {min} and {max}, found '{string.Join(' ', result.Tokens.Select(token => token.Value))}'.");
                return null;
            },
        };

    /// <summary>The number; null when it is none or out of bounds.</summary>
    public static T? Parse<T>(string text, T min, T max)
        where T : struct, IParsable<T>, IComparable<T>
        => T.TryParse(text, CultureInfo.InvariantCulture, out T value) && value.CompareTo(min) >= 0 && value.CompareTo(max) <= 0 ? value : null;
}
