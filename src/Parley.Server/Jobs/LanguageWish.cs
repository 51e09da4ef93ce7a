using Parley.Asr;

namespace Parley.Server.Jobs;

/// <summary>From the language that a client names to what is wished of the words. Pure.</summary>
internal static class LanguageWish
{
    /// <summary>
    /// The options with a wish for the language where it can change the words: the models can be told one, and know the one that is named. Otherwise nothing
    /// is added, so that one result serves all whose words are the same.
    /// </summary>
    /// <param name="options">As the client sent them.</param>
    /// <param name="takesLanguage">Whether the models can be told a language.</param>
    public static JobOptions Apply(JobOptions options, bool takesLanguage)
    {
        string code = PromptLanguage.Of(options.Language);
        return takesLanguage && code is not PromptLanguage.Auto ? options with { Recognition = options.Recognition with { Language = code } } : options;
    }
}
