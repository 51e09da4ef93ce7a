namespace Parley.Asr;

/// <summary>The languages that SenseVoice can be told to expect.</summary>
public static class PromptLanguage
{
    /// <summary>The model finds out for itself.</summary>
    public const string Auto = "auto";

    // As the official export numbers them.
    private static readonly Dictionary<string, int> Ids = new(StringComparer.OrdinalIgnoreCase)
    {
        [Auto] = 0,
        ["zh"] = 3,
        ["en"] = 4,
        ["yue"] = 7,
        ["ja"] = 11,
        ["ko"] = 12,
        ["nospeech"] = 13,
    };

    /// <summary>Their codes, <see cref="Auto"/> first.</summary>
    public static IReadOnlyList<string> Codes { get; } = [.. Ids.Keys];

    /// <summary>The code that a language tag means: <c>zh</c> for <c>zh-CN</c>, <c>yue</c> for <c>zh-HK</c>; <see cref="Auto"/> for none, and for languages that the model does not know.</summary>
    /// <param name="tag">A code of ISO 639 or a tag of BCP 47, in letters of any size; null for none.</param>
    public static string Of(string? tag)
    {
        string[] parts = (tag ?? Auto).Split('-', '_');
        bool isCantonese = parts[0].Equals("zh", StringComparison.OrdinalIgnoreCase)
            && parts.Skip(1).Any(part => part.ToUpperInvariant() is "HK" or "MO" or "YUE");
        return isCantonese ? "yue" : Codes.FirstOrDefault(code => code.Equals(parts[0], StringComparison.OrdinalIgnoreCase), Auto);
    }

    /// <summary>The number by which the model knows what <see cref="Of"/> makes of a tag.</summary>
    internal static int IdOf(string? tag) => Ids[Of(tag)];
}
