using System.Globalization;
using Parley.Asr;
using Parley.Speakers;

namespace Parley.Server.Protocols.Forms;

/// <summary>Fields that mean the same in every form. Pure.</summary>
internal static class FormFields
{
    private const int MaxLanguage = 35;
    private const int MaxSpeakers = 1000;

    /// <summary>A yes or no; null when it is missing.</summary>
    /// <exception cref="FormException">It is neither.</exception>
    public static bool? Flag(MultipartForm form, string name) => form.Value(name)?.ToLowerInvariant() switch
    {
        null => null,
        "true" or "1" => true,
        "false" or "0" => false,
        string text => throw FormException.Value(name, $"{name} must be true or false; found '{Quoted.Text(text)}'."),
    };

    /// <summary>A whole number; null when it is missing.</summary>
    /// <exception cref="FormException">It is none, or out of bounds.</exception>
    public static int? Number(MultipartForm form, string name, int min, int max)
    {
        if (form.Value(name) is not { } text)
            return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max
            ? number
            : throw FormException.Value(name, $"{name} must be a whole number from {min} to {max}; found '{Quoted.Text(text)}'.");
    }

    /// <summary>The language; null when none is named.</summary>
    /// <exception cref="FormException">It is no code.</exception>
    public static string? Language(MultipartForm form)
    {
        string? language = form.Value("language")?.Trim();
        if (language is null or "")
            return null;
        return language.Length <= MaxLanguage && language.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
            ? language
            : throw FormException.Value("language", $"language must be a code of ISO 639-1 such as en or zh; found '{Quoted.Text(language)}'.");
    }

    /// <summary>Hotwords: one field with a list of them, or a field for each. Empty when there are none.</summary>
    /// <exception cref="FormException">They are no list, or too many or too long.</exception>
    public static IReadOnlyList<string> HotwordsOf(MultipartForm form)
    {
        const string field = "hotwords";
        IReadOnlyList<string> values = form.Values(field);
        try
        {
            return values is [var list] ? Hotwords.Parse(list) : Hotwords.Checked(values);
        }
        catch (RecognitionWishException error)
        {
            throw FormException.Value(field, error.Message);
        }
    }

    /// <summary>The wish for a number of speakers.</summary>
    /// <exception cref="FormException">It is none, or contradicts itself.</exception>
    public static SpeakerCount Speakers(MultipartForm form)
    {
        int? exact = Number(form, "num_speakers", 1, MaxSpeakers), min = Number(form, "min_speakers", 1, MaxSpeakers), max = Number(form, "max_speakers", 1, MaxSpeakers);
        if (min > max)
            throw FormException.Invalid("min_speakers", "min_speakers must not be above max_speakers.");
        if (exact is null)
            return new SpeakerCount(Min: min, Max: max);
        if (exact < min || exact > max)
            throw FormException.Invalid("num_speakers", "num_speakers must lie between min_speakers and max_speakers.");
        return new SpeakerCount(exact);
    }
}
