using System.Globalization;
using System.Text.Json;
using Parley.Asr;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>
/// Reads members of <c>data</c>, as leniently as the original: integers may be integral floats or numeric strings, booleans 0, 1 or words,
/// null counts as absent. The first wrong member is kept as <see cref="Problem"/>; what is read then has its default.
/// </summary>
internal sealed class DataReader(JsonElement data)
{
    // Beyond this a double does not tell neighbouring integers apart.
    private const double MaxExactInteger = 1L << 53;

    /// <summary>The first member that is missing or wrong, for people; null when all is well.</summary>
    public string? Problem { get; private set; }

    /// <summary>What a string says; null when it holds half a surrogate pair.</summary>
    public static string? TextOf(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A member; of several of one name the last.</summary>
    public static bool TryGet(JsonElement element, string name, out JsonElement value)
    {
        try
        {
            return element.TryGetProperty(name, out value);
        }
        catch (InvalidOperationException)
        {
            // A member's name holds half a surrogate pair; look at the others.
            value = default;
            bool isFound = false;
            foreach (JsonProperty property in element.EnumerateObject())
            {
                if (!NameIs(property, name))
                    continue;
                value = property.Value;
                isFound = true;
            }

            return isFound;
        }
    }

    /// <summary>Whether a member is there and not null.</summary>
    public bool Has(string name) => TryGet(data, name, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A string of at most so many characters; null when absent.</summary>
    public string? Text(string name, int maxLength, bool isRequired = false)
    {
        if (!TryGetMember(name, isRequired, out JsonElement value))
            return null;
        if (value.ValueKind != JsonValueKind.String || TextOf(value) is not { } text)
            return Fail<string>(name, "a string");
        return text.Length <= maxLength ? text : Fail<string>(name, $"at most {maxLength} characters");
    }

    /// <summary>An integer within bounds; null when absent.</summary>
    public long? Integer(string name, long min, long max, bool isRequired = false)
    {
        if (!TryGetMember(name, isRequired, out JsonElement value))
            return null;
        long? number = value.ValueKind switch
        {
            JsonValueKind.Number => IntegerOf(value.GetRawText()),
            JsonValueKind.String => TextOf(value) is { } text ? IntegerOf(text.Trim()) : null,
            JsonValueKind.True => 1,
            JsonValueKind.False => 0,
            _ => null,
        };
        if (number is null)
            Fail<string>(name, "an integer");
        else if (number < min || number > max)
            Fail<string>(name, $"an integer from {min} to {max}");
        return number >= min && number <= max ? number : null;
    }

    /// <summary>A boolean; null when absent.</summary>
    public bool? Boolean(string name)
    {
        if (!TryGetMember(name, isRequired: false, out JsonElement value))
            return null;
        bool? flag = value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => IntegerOf(value.GetRawText()) switch { 0 => false, 1 => true, _ => null },
            JsonValueKind.String => TextOf(value)?.Trim().ToLowerInvariant() switch
            {
                "true" or "yes" or "on" or "t" or "y" or "1" => true,
                "false" or "no" or "off" or "f" or "n" or "0" => false,
                _ => null,
            },
            _ => null,
        };
        if (flag is null)
            Fail<string>(name, "true or false");
        return flag;
    }

    /// <summary>Hotwords in each form that clients send: a string, an array, or an object whose keys are the words. Empty when absent.</summary>
    public IReadOnlyList<string> Words(string name)
    {
        if (!TryGetMember(name, isRequired: false, out JsonElement value))
            return [];
        try
        {
            return Hotwords.Parse(value);
        }
        catch (RecognitionWishException error)
        {
            Problem ??= $"参数错误: data.{name}: {error.Message}";
            return [];
        }
    }

    private bool TryGetMember(string name, bool isRequired, out JsonElement value)
    {
        if (TryGet(data, name, out value) && value.ValueKind != JsonValueKind.Null)
            return true;
        if (isRequired)
            Problem ??= $"缺少{name}参数: data.{name} is required";
        return false;
    }

    private T? Fail<T>(string name, string expected)
        where T : class
    {
        Problem ??= $"参数错误: data.{name} must be {expected}";
        return null;
    }

    private static long? IntegerOf(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
            return whole;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && Math.Abs(number) <= MaxExactInteger && Math.Floor(number) == number
            ? (long)number
            : null;
    }

    private static bool NameIs(JsonProperty property, string name)
    {
        try
        {
            return property.NameEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
