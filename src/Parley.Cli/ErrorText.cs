using Parley.Asr;
using Parley.Audio;
using Parley.Inference;
using Parley.Models;

namespace Parley.Cli;

/// <summary>Errors as people read them: one line that says what to do; the stack trace is for --verbose.</summary>
internal static class ErrorText
{
    /// <summary>One line about an error.</summary>
    public static string Of(Exception error) => error switch
    {
        AudioDecodeException or ModelFileException or RecognitionWishException or InferenceException or UsageException or IOException or UnauthorizedAccessException or InvalidDataException
            => OneLine(error.Message),
        OutOfMemoryException => "Memory ran out. Use fewer threads or a smaller --batch-seconds.",
        _ => OneLine($"Unexpected {error.GetType().Name}: {error.Message} This is a defect of the program; please report it with the output of --verbose."),
    };

    /// <summary>Line ends and runs of blanks become single blanks.</summary>
    public static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
